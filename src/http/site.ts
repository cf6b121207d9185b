import type { Controller } from '../controller/controller.ts';
import type { FirmwareShelf } from '../runtime/firmware-shelf.ts';
import type { Views } from '../store/views.ts';

/** What the routes work on: commands go to the controller, everything shown comes from the views. */
export type Site = {
  readonly controller: Controller;
  readonly views: Views;
  readonly shelf: FirmwareShelf;
  readonly now: () => number;
};
