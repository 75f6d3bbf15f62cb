/** Takes one message to its receiver, by whatever way its format goes. */

import type { Mail } from './formats/email.ts';
import type { Mailer } from './mail.ts';
import type { Answer, Message, Poster } from './post.ts';

export type AnyMessage = Message | Mail;

export interface Sender {
  /** @throws where there was no answer */
  send(message: AnyMessage): Promise<Answer>;
  close(): Promise<void>;
}

export const createSender = (poster: Poster, mailer: Mailer): Sender => ({
  send: (message) => (message.kind === 'mail' ? mailer.send(message) : poster.post(message)),
  async close() {
    mailer.close();
    await poster.close();
  },
});
