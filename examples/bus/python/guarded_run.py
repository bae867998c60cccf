"""Runs a command while it holds a claim on a resource, so that no two agents work on it at once.

    guarded_run.py repo:owner/repo -- make release
    guarded_run.py repo:owner/repo --wait 300 --lease 60 -- ./nightly.sh

Exits as the command does; 75 where somebody else holds the resource, 76 where the claim was lost on the way.
"""

import argparse
import os
import subprocess
import sys
import time

from door import Door, Refused, address

BUSY, LOST = 75, 76


def say(text):
    print(text, file=sys.stderr, flush=True)


def start(door, resource, lease, wait, ask_every):
    """A claim, or None where the resource stays taken for as long as we are willing to wait."""
    deadline = time.monotonic() + wait
    ticket = None
    while True:
        left = max(0, int(deadline - time.monotonic()))
        answer = door.ask("run.start", resource=resource, duration_seconds=lease, reason="guarded run over the bus",
                          wait_seconds=min(left, ask_every), ticket=ticket)
        if answer["action"] == "proceed":
            return answer
        holder = answer["blocking_claim"]
        say(f"{resource} is held by {holder['agent_name']} until {holder['expires_at']}: "
            f"{holder['reason'] or 'no reason given'}")
        if left == 0 or deadline - time.monotonic() < 1:
            return None
        queue = answer.get("queue")
        ticket = queue and queue["ticket"]
        if queue:
            say(f"waiting at place {queue['position']} of {queue['length']}")


def work(door, claim, lease, command):
    """Runs the command and keeps the claim alive; its exit code, or LOST."""
    say(f"granted until {claim['expires_at']}, fencing token {claim['fencing_token']}")
    # Whatever is written to elsewhere may compare the token, and refuse a holder whose lease has passed on.
    child = subprocess.Popen(command, env={**os.environ, "AVAILSYNC_FENCING_TOKEN": str(claim["fencing_token"])})
    extend_at = time.monotonic() + lease / 3
    while child.poll() is None:
        door.idle(0.2)
        if time.monotonic() < extend_at:
            continue
        try:
            claim = door.ask("run.extend", claim_id=claim["id"], duration_seconds=lease)["claim"]
            say(f"extended until {claim['expires_at']}")
        except Refused as refused:
            say(f"the claim is lost: {refused}")
            child.terminate()
            child.wait()
            return LOST
        extend_at = time.monotonic() + lease / 3
    return child.returncode


def main():
    parser = argparse.ArgumentParser(description="Runs a command while it holds a claim.")
    parser.add_argument("resource", help="repo:owner/repo or project:name")
    parser.add_argument("--lease", type=int, default=60, help="seconds that the claim outlives us by at most")
    parser.add_argument("--wait", type=int, default=0, help="seconds to wait for our turn")
    parser.add_argument("--ask-every", type=int, default=55, choices=range(1, 56), metavar="1..55",
                        help="for how long one call waits; whoever wants to wait longer asks again with the ticket")
    parser.add_argument("command", nargs="+", help="what to run, behind --")
    given = parser.parse_args()

    door = Door(address(), os.environ["AVAILSYNC_KEY"])
    try:
        answer = start(door, given.resource, given.lease, given.wait, given.ask_every)
        if answer is None:
            return BUSY
        if answer["claim"] is None:
            say("observing: nothing is held")
            return subprocess.call(given.command)
        status = work(door, answer["claim"], given.lease, given.command)
        if status != LOST:
            finished = door.ask("run.finish", claim_id=answer["claim"]["id"],
                                outcome="succeeded" if status == 0 else "failed")
            say(finished["action"])
        return status
    except Refused as refused:
        say(f"refused: {refused}")
        return 1
    finally:
        door.close()


if __name__ == "__main__":
    sys.exit(main())
