// Calls to Availsync over the message bus: docs/asyncapi.yaml has them all.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import amqp from 'amqplib';

const REQUESTS = 'availsync.requests';
// RabbitMQ's own way back to whoever is asking: no queue to declare, and none that stays behind.
const REPLIES = 'amq.rabbitmq.reply-to';
// An answer may take as long as the call waits for its turn, and a little more.
const PATIENCE_SECONDS = 10;
const TRIES = 5;

/** The address of the broker: from the file that scripts/bus-account has made, or from the environment. */
export async function address() {
  const file = process.env.AVAILSYNC_BUS_FILE;
  return file ? (await readFile(file, 'utf8')).trim() : process.env.AVAILSYNC_BUS;
}

/** The error object of a call that was not served. */
export class Refused extends Error {
  constructor(status, error) {
    super(`${error.error}: ${error.message} (request ${error.request_id})`);
    this.status = status;
    this.error = error;
  }
}

/** A connection and the answers that come over it. Calls may overlap: each knows its own by the correlation id. */
export class Door {
  #url;
  #apiKey;
  #opening = null;
  #waiting = new Map();

  constructor(url, apiKey) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  /**
   * Makes a call and returns its answer; throws Refused for an error object. The key makes it safe to ask again after a
   * lost connection: what was decided is decided once.
   */
  async ask(type, members = {}) {
    const request = { type, api_key: this.#apiKey, idempotency_key: randomUUID(), ...members };
    for (let tries = 1; ; tries++) {
      try {
        return await this.#askOnce(request);
      } catch (error) {
        if (error instanceof Refused || tries === TRIES) throw error;
        await pause(1000);
      }
    }
  }

  async close() {
    const opening = this.#opening;
    this.#opening = null;
    const connection = await opening?.then((open) => open.connection, () => null);
    await connection?.close().catch(() => {}); // It may be gone, which is all that is wanted.
  }

  async #askOnce(request) {
    const { channel } = await (this.#opening ??= this.#open());
    const correlationId = randomUUID();
    const options = {
      contentType: 'application/json', persistent: true, correlationId, replyTo: REPLIES, mandatory: true,
    };
    const answered = this.#answerOf(correlationId, PATIENCE_SECONDS + (request.wait_seconds ?? 0));
    answered.catch(() => {}); // It is waited for below, unless publishing fails before.
    channel.publish(REQUESTS, '', Buffer.from(JSON.stringify(request)), options);
    const { properties, content } = await answered;
    const answer = JSON.parse(content.toString());
    if (properties.headers.status >= 400) throw new Refused(properties.headers.status, answer);
    return answer;
  }

  #answerOf(correlationId, seconds) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('There was no answer in time.')), seconds * 1000);
      this.#waiting.set(correlationId, { resolve, reject, late });
    }).finally(() => {
      clearTimeout(this.#waiting.get(correlationId)?.late);
      this.#waiting.delete(correlationId);
    });
  }

  async #open() {
    try {
      const connection = await amqp.connect(this.#url, { heartbeat: 10 });
      connection.on('error', () => {}); // 'close' follows.
      connection.on('close', () => this.#lose('The connection has gone.'));
      const channel = await connection.createChannel();
      channel.on('error', () => connection.close().catch(() => {}));
      // Nobody serves requests: the broker sends such a message back.
      channel.on('return', (message) =>
        this.#waiting.get(message.properties.correlationId)?.reject(new Error('Nobody takes requests.')));
      await channel.consume(REPLIES, (message) =>
        this.#waiting.get(message?.properties.correlationId)?.resolve(message), { noAck: true });
      return { connection, channel };
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  #lose(why) {
    this.#opening = null;
    for (const call of this.#waiting.values()) call.reject(new Error(why));
  }
}
