"""A worker with its safeguard taken out, to test the harness: it acknowledges before it commits."""

import json
import threading

from ingest.consumer import Consumer
from ingest.receive import Delivery
from wellkept.command_line import main

_handle = Consumer.handle


def handle_in_the_wrong_order(self: Consumer, deliveries: list[Delivery], stop: threading.Event) -> None:
    """Tell the broker and the appliances first, and store afterwards."""
    self.receiver.acknowledge(deliveries)
    for delivery in deliveries:
        topic = delivery.topic.decode()
        if topic.endswith("/telemetry"):
            told = {"seq": json.loads(delivery.payload)["seq"]}
            self.receiver.publish([(topic.replace("/telemetry", "/ack"), json.dumps(told).encode())])
    _handle(self, deliveries, stop)


if __name__ == "__main__":
    Consumer.handle = handle_in_the_wrong_order  # type: ignore[method-assign]
    main(["ingest"])
