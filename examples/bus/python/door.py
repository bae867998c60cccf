"""Calls to Availsync over the message bus, one at a time: docs/asyncapi.yaml has them all."""

import json
import os
import time
import uuid

import pika
from pika.exceptions import AMQPConnectionError, AMQPChannelError

REQUESTS = "availsync.requests"
# An answer may take as long as the call waits for its turn, and a little more.
PATIENCE_SECONDS = 10
TRIES = 5


def address():
    """The address of the broker: from the file that scripts/bus-account has made, or from the environment."""
    file = os.environ.get("AVAILSYNC_BUS_FILE")
    if file:
        with open(file, encoding="utf-8") as lines:
            return lines.readline().strip()
    return os.environ["AVAILSYNC_BUS"]


class Refused(Exception):
    """The error object of a call that was not served."""

    def __init__(self, status, error):
        super().__init__(f"{error['error']}: {error['message']} (request {error['request_id']})")
        self.status = status
        self.error = error


class Door:
    """A connection with a reply queue of its own, which the broker names and deletes with the connection."""

    def __init__(self, url, api_key):
        self._parameters = pika.URLParameters(url)
        self._api_key = api_key
        self._connection = None
        self._channel = None
        self._replies = None
        self._answers = {}

    def ask(self, call, **members):
        """Makes a call and returns its answer; raises Refused for an error object.

        The key makes it safe to ask again after a lost connection: what was decided is decided once.
        """
        request = {"type": call, "api_key": self._api_key, "idempotency_key": str(uuid.uuid4()), **members}
        for tries_left in reversed(range(TRIES)):
            try:
                return self._ask_once(request)
            except (AMQPConnectionError, AMQPChannelError, TimeoutError):
                self.close()
                if tries_left == 0:
                    raise
                time.sleep(1)

    def idle(self, seconds):
        """Lets time pass without losing the connection, whose heartbeats are answered meanwhile."""
        try:
            self._open()
            self._connection.process_data_events(time_limit=seconds)
        except AMQPConnectionError:
            self.close()

    def close(self):
        connection, self._connection = self._connection, None
        try:
            if connection is not None and connection.is_open:
                connection.close()
        except AMQPConnectionError:
            pass  # It is gone, which is all that was wanted.

    def _ask_once(self, request):
        self._open()
        correlation_id = str(uuid.uuid4())
        properties = pika.BasicProperties(
            content_type="application/json", reply_to=self._replies, correlation_id=correlation_id, delivery_mode=2)
        # With confirms on, this returns when the broker has it, and raises where nobody would get it.
        self._channel.basic_publish(REQUESTS, "", json.dumps(request).encode(), properties, mandatory=True)
        deadline = time.monotonic() + PATIENCE_SECONDS + (request.get("wait_seconds") or 0)
        while correlation_id not in self._answers:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{request['type']} was not answered in time")
            self._connection.process_data_events(time_limit=1)
        properties, body = self._answers.pop(correlation_id)
        status, answer = properties.headers["status"], json.loads(body)
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def _open(self):
        if self._connection is not None and self._connection.is_open:
            return
        self._answers.clear()
        self._connection = pika.BlockingConnection(self._parameters)
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()
        self._replies = self._channel.queue_declare("", exclusive=True).method.queue
        self._channel.basic_consume(self._replies, self._take, auto_ack=True)

    def _take(self, _channel, _method, properties, body):
        self._answers[properties.correlation_id] = (properties, body)
