/** What the producers send: people who log in on the desktop and out again, each event with an id and two records. */

export interface Traffic {
  organisation: string;
  producers: number;
  /** Events of one request. */
  batch: number;
  /** People of each producer. */
  users: number;
}

export const ASSIGNMENT = { userType: 'Inbound Agent', serviceFeatures: ['Agent Calls', 'Agent E-mail'] };

export const userName = (producer: number, nth: number): string => `agent.${producer}.${nth}`;

/** Endless requests of one producer as NDJSON: the people log in one after the other, then out, and so on. */
export function requests({ organisation, batch, users }: Traffic, producer: number, run: string): () => Buffer {
  let made = 0;
  return () => {
    const lines: string[] = [];
    for (let nth = 0; nth < batch; nth++, made++) {
      const type = Math.floor(made / users) % 2 === 0 ? 'login' : 'logout';
      lines.push(
        `{"type":"${type}","organisation":"${organisation}","user":"${userName(producer, made % users)}","logonSource":"Agent Desktop","id":"${run}-${producer}-${made}"}`,
      );
    }
    return Buffer.from(lines.join('\n'));
  };
}
