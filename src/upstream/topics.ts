/** Where everything stands at the broker, below one root for each site. */
export type Topics = ReturnType<typeof topicsOf>;

export function topicsOf(root: string) {
  return {
    root,
    status: `${root}/status`,
    info: `${root}/info`,
    site: `${root}/site`,
    state: (chargePointId: string): string => `${root}/state/${level(chargePointId)}`,
    events: (stream: 't0' | 't1'): string => `${root}/evt/${stream}`,
    live: (chargePointId: string, connectorId: number): string => `${root}/live/${level(chargePointId)}/${connectorId}`,
    alert: (id: string): string => `${root}/alert/${level(id)}`,
    ack: `${root}/ack`,
    /** Of one command by its name. */
    commands: `${root}/cmd/`,
    response: (name: string): string => `${root}/res/${level(name)}`,
    desired: `${root}/cfg/desired`,
    reported: `${root}/cfg/reported`,
    askAuthorize: `${root}/ask/authorize`,
    answerAuthorize: `${root}/answer/authorize`,
  };
}

/** One level of a topic, whatever the name holds: / and + and # mean something to a broker. */
const level = (name: string): string => encodeURIComponent(name);
