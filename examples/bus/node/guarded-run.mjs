// Runs a command while it holds a claim on a resource, so that no two agents work on it at once.
//
//   node guarded-run.mjs repo:owner/repo -- make release
//   node guarded-run.mjs repo:owner/repo --wait 300 --lease 60 -- ./nightly.sh
//
// Exits as the command does; 75 where somebody else holds the resource, 76 where the claim was lost on the way.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { address, Door, Refused } from './door.mjs';

const [BUSY, LOST] = [75, 76];
const say = (text) => process.stderr.write(text + '\n');

/** The answer that lets us proceed, or null where the resource stays taken for as long as we are willing to wait. */
async function start(door, resource, lease, wait, askEvery) {
  const deadline = performance.now() + wait * 1000;
  for (let ticket = null; ;) {
    const left = Math.max(0, Math.floor((deadline - performance.now()) / 1000));
    const answer = await door.ask('run.start', {
      resource, duration_seconds: lease, reason: 'guarded run over the bus',
      wait_seconds: Math.min(left, askEvery), ticket,
    });
    if (answer.action === 'proceed') return answer;
    const holder = answer.blocking_claim;
    const why = holder.reason ?? 'no reason given';
    say(`${resource} is held by ${holder.agent_name} until ${holder.expires_at}: ${why}`);
    if (left === 0 || deadline - performance.now() < 1000) return null;
    ticket = answer.queue?.ticket ?? null;
    if (answer.queue) say(`waiting at place ${answer.queue.position} of ${answer.queue.length}`);
  }
}

/** Runs the command; its exit code. `env` is added to its environment, `onStart` gets the process. */
function run([file, ...rest], env = {}, onStart = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
    onStart(child);
  });
}

/** Runs the command and keeps the claim alive; its exit code, or LOST. */
async function work(door, claim, lease, command) {
  say(`granted until ${claim.expires_at}, fencing token ${claim.fencing_token}`);
  let child;
  let lost = false;
  const extending = setInterval(async () => {
    try {
      const answer = await door.ask('run.extend', { claim_id: claim.id, duration_seconds: lease });
      say(`extended until ${answer.claim.expires_at}`);
    } catch (error) {
      if (child.exitCode !== null) return; // The work is done.
      say(`the claim is lost: ${error.message}`);
      lost = true;
      child.kill();
    }
  }, lease * 1000 / 3);
  try {
    // Whatever is written to elsewhere may compare the token, and refuse a holder whose lease has passed on.
    const env = { AVAILSYNC_FENCING_TOKEN: String(claim.fencing_token) };
    const code = await run(command, env, (started) => { child = started; });
    return lost ? LOST : code;
  } finally {
    clearInterval(extending);
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      lease: { type: 'string', default: '60' },
      wait: { type: 'string', default: '0' },
      // For how long one call waits, at most 55; whoever wants to wait longer asks again with the ticket.
      'ask-every': { type: 'string', default: '55' },
    },
  });
  const [resource, ...command] = positionals;
  if (!resource || command.length === 0) throw new Error('usage: guarded-run.mjs RESOURCE [options] -- COMMAND...');

  const lease = Number(values.lease);
  const door = new Door(await address(), process.env.AVAILSYNC_KEY);
  try {
    const answer = await start(door, resource, lease, Number(values.wait), Number(values['ask-every']));
    if (answer === null) return BUSY;
    if (answer.claim === null) {
      say('observing: nothing is held');
      return await run(command);
    }
    const code = await work(door, answer.claim, lease, command);
    if (code === LOST) return LOST;
    const outcome = code === 0 ? 'succeeded' : 'failed';
    const finished = await door.ask('run.finish', { claim_id: answer.claim.id, outcome });
    say(finished.action);
    return code;
  } finally {
    await door.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Refused ? `refused: ${error.message}` : `failed: ${error.message}`);
  process.exitCode = 1;
}
