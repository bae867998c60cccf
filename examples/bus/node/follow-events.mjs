// Follows what happens to claims and holds, each event once, also over restarts of the broker.
//
//   node follow-events.mjs                        everything
//   node follow-events.mjs 'claim.*' run.skipped  only these
//
// Prints a line an event. It hears of all workspaces; --org ID prints only those of one.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import amqp from 'amqplib';
import { address } from './door.mjs';

const EVENTS = 'availsync.events';
// Events come twice within minutes of each other, if at all, so it is enough to know the last ones. What has to be
// done once over restarts of this program too keeps the ids where it keeps its effects.
const SEEN_MAX = 100_000;

const say = (text) => process.stderr.write(text + '\n');

/** The ids that were seen last. */
class Seen {
  #ids = new Set();

  /** Whether it is new. */
  add(id) {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    // A set remembers the order in which it was filled.
    if (this.#ids.size > SEEN_MAX) this.#ids.delete(this.#ids.values().next().value);
    return true;
  }
}

/** Hears events until `take` says that it was the last, or throws where the connection ends before. */
async function follow(url, patterns, take) {
  const connection = await amqp.connect(url, { heartbeat: 10 });
  const ended = new Promise((_, reject) => {
    connection.on('error', reject);
    connection.on('close', () => reject(new Error('the connection has gone')));
  });
  ended.catch(() => {}); // Waited for below; until then it must not end the process.
  const channel = await connection.createChannel();
  // A quorum queue keeps the order also where the broker dies. Queues of an account begin with its name.
  const queue = `${decodeURIComponent(new URL(url).username)}.followed-by-node`;
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  for (const pattern of patterns) await channel.bindQueue(queue, EVENTS, pattern);
  await channel.prefetch(100);
  const done = new Promise((resolve, reject) => {
    channel.on('error', reject);
    channel.consume(queue, (message) => {
      if (message === null) return reject(new Error('the queue has gone'));
      const isLast = take(JSON.parse(message.content.toString()));
      channel.ack(message); // Only now may the broker forget it.
      if (isLast) resolve();
    }).catch(reject);
  });
  say(`following ${patterns.join(', ')} in ${queue}`);
  await Promise.race([done, ended]);
  await channel.close(); // What was acknowledged has left before.
  await connection.close();
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { org: { type: 'string' }, count: { type: 'string' } },
});
const patterns = positionals.length > 0 ? positionals : ['#'];
const seen = new Seen();
let left = values.count === undefined ? Infinity : Number(values.count);

function take(event) {
  if (values.org !== undefined && event.org_id !== values.org) return false;
  if (!seen.add(event.event_id)) return false;
  const { at, root, sequence, type, resource, agent_name: agent } = event;
  process.stdout.write(`${at} ${root}#${sequence} ${type} ${resource} ${agent}\n`);
  return --left <= 0;
}

while (left > 0) {
  try {
    await follow(await address(), patterns, take);
  } catch (error) {
    say(`the broker is away (${error.message}); trying again`);
    await pause(1000);
  }
}
