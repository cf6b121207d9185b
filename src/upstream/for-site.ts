import { randomInt, randomUUID } from 'node:crypto';
import type { Config } from '../config/load.ts';
import type { Controller } from '../controller/controller.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import { outboxReads, outboxWrites } from '../store/outbox.ts';
import type { Views } from '../store/views.ts';
import type { AskApi } from './commands/desk.ts';
import { commands } from './commands/table.ts';
import { createDesk } from './desk.ts';
import type { Broker } from './link.ts';
import { mqttBroker } from './mqtt-link.ts';
import { topicsOf } from './topics.ts';
import { startUpstream, type Upstream } from './upstream.ts';

const MIB = 1_048_576;

/** The backend that the configuration names; null where there is none. */
export function upstreamFor(
  config: Config,
  site: {
    controller: Controller;
    views: Views;
    database: Parameters<typeof outboxReads>[0];
    epoch: string;
    boot: string;
    clock: Clock;
    log: Log;
    version: string;
    ask: AskApi;
  },
): Upstream | null {
  const { upstream } = config;
  if (upstream === null) return null;
  const { id, name, timeZone } = config.site;
  const root = upstream.topicRoot ?? `busbar/v1/${upstream.tenant}/${id}`;
  const topics = topicsOf(root);
  const { controller, views, database, clock, log } = site;
  return startUpstream({
    controller,
    views,
    reads: outboxReads(database),
    writes: outboxWrites(database),
    broker: brokerOf(upstream, `${upstream.tenant}-${id}`, topics, { clock, log }),
    topics,
    ackMode: upstream.ackMode,
    compress: upstream.compress,
    source: `/${upstream.tenant}/${id}`,
    epoch: site.epoch,
    boot: site.boot,
    software: site.version,
    description: () => ({
      software: site.version,
      site: { id, name, timeZone },
      chargePoints: views.chargePoints().map(({ id, vendor, model, firmwareVersion, connectors }) => ({
        id,
        vendor,
        model,
        firmwareVersion,
        connectors: connectors.map((one) => one.id),
      })),
      circuits: (config.siteModel?.circuits ?? []).map(({ id, parent, limitMA }) => ({
        id,
        parent,
        limitA: limitMA.map((mA) => mA / 1_000),
      })),
      meters: (config.siteModel?.meters ?? []).map((meter) => meter.id),
      commands: Object.keys(commands).filter(
        (one) => upstream.commands.includes('*') || upstream.commands.includes(one),
      ),
    }),
    budgetBytes: upstream.storageMiB * MIB,
    clock,
    log,
    desk: ({ publish, own, isUp }) =>
      createDesk({
        controller,
        ask: site.ask,
        publish,
        own,
        isUp,
        ids: { uuid: randomUUID },
        askWithinMs: upstream.authorization.online === 'off' ? null : upstream.authorization.deadlineMs,
        topics,
        responsePrefix: upstream.responsePrefix ?? `${root}/res/`,
        allowed: upstream.commands,
        clock,
        log,
      }),
  });
}

function brokerOf(
  upstream: NonNullable<Config['upstream']>,
  clientId: string,
  topics: ReturnType<typeof topicsOf>,
  world: { clock: Clock; log: Log },
): Broker {
  const { url, username, password, keepaliveS, tls, pem } = upstream;
  return mqttBroker(
    {
      url,
      clientId: upstream.clientId ?? clientId,
      username,
      password: password?.reveal(),
      subscriptions: [topics.ack, `${topics.commands}+`, topics.desired, topics.answerAuthorize],
      keepaliveS,
      tls: {
        ca: pem.ca?.reveal(),
        cert: pem.cert?.reveal(),
        key: pem.key?.reveal(),
        servername: tls.serverName,
        alpn: tls.alpn,
      },
    },
    { ...world, random: () => randomInt(0, 1_000_000) / 1_000_000 },
  );
}
