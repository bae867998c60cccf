"""Follows what happens to claims and holds, each event once, also over restarts of the broker and of this program.

    follow_events.py                        everything
    follow_events.py claim.* run.skipped    only these
    follow_events.py --seen seen.db         remembers over its own restarts what it has seen

Prints a line an event. It hears of all workspaces; --org ID prints only those of one.
"""

import argparse
import json
import sqlite3
import sys
import time

import pika
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker

from door import address

EVENTS = "availsync.events"


class Seen:
    """What was seen, and what it has led to, in one transaction: whoever crashes in between begins again."""

    def __init__(self, file):
        self.count = 0
        self._rows = sqlite3.connect(file)
        self._rows.execute("create table if not exists seen (event_id text primary key) without rowid")

    def once(self, event_id, effect):
        """Has the effect unless the event has had it before."""
        with self._rows:
            if self._rows.execute("insert or ignore into seen values (?)", (event_id,)).rowcount == 1:
                effect()
                self.count += 1


def show(event):
    who, what = event["agent_name"], event["resource"]
    print(f"{event['at']} {event['root']}#{event['sequence']} {event['type']} {what} {who}", flush=True)


def follow(url, patterns, seen, org, count):
    """Hears events until so many new ones have come; raises where the connection ends before."""
    parameters = pika.URLParameters(url)
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    # A quorum queue keeps the order also where the broker dies. Queues of an account begin with its name.
    queue = parameters.credentials.username + ".followed"
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    for pattern in patterns:
        channel.queue_bind(queue, EVENTS, pattern)
    channel.basic_qos(prefetch_count=100)
    print(f"following {', '.join(patterns)} in {queue}", file=sys.stderr, flush=True)
    for method, _, body in channel.consume(queue):
        event = json.loads(body)
        if org in (None, event["org_id"]):
            seen.once(event["event_id"], lambda: show(event))
        # Only now may the broker forget it.
        channel.basic_ack(method.delivery_tag)
        if count is not None and seen.count >= count:
            break
    connection.close()


def main():
    parser = argparse.ArgumentParser(description="Prints what happens to claims and holds.")
    parser.add_argument("patterns", nargs="*", default=["#"], help="types of events, such as claim.*; all by default")
    parser.add_argument("--seen", default=":memory:", help="a file that remembers what was seen")
    parser.add_argument("--org", help="only of this workspace")
    parser.add_argument("--count", type=int, help="stop after so many")
    given = parser.parse_args()

    seen = Seen(given.seen)
    while True:
        try:
            follow(address(), given.patterns, seen, given.org, given.count)
            return
        except (AMQPConnectionError, ConnectionClosedByBroker) as lost:
            print(f"the broker is away ({type(lost).__name__}); trying again", file=sys.stderr, flush=True)
            time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
