import { describe, expect, it } from 'vitest';
import { livesIn } from '../../src/black-box/lives.ts';
import { storm } from '../scenarios/weather.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { createRecording, playLife } from './recorded-site.ts';

describe('a recorded storm', () => {
  const scratch = scratchPaths();

  it.each([5, 8])('number %i is replayed frame by frame, in every life of the controller', async (seed) => {
    const folder = scratch(`storm-${seed}`);
    const recording = createRecording(folder);
    const { site } = storm(seed, seed % 2 === 1, { make: recording.make });
    await recording.close();
    site.stop();
    const lives = livesIn(folder);
    expect(lives.length).toBeGreaterThan(2);
    let frames = 0;
    for (const life of lives) {
      const played = playLife(life);
      expect(played.player.difference()).toBeNull();
      expect(played.player.sameFrames()).toBe(played.frames);
      frames += played.frames;
      played.player.close();
    }
    expect(frames).toBeGreaterThan(1_000);
  });
});
