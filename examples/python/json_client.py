"""Speaks JSON over framed TCP: sends once, loses the connection, comes back and misses nothing."""

import json
import socket
import struct
import sys
from itertools import count

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
ids = count(1)


class Client:
    def __init__(self) -> None:
        self.line = socket.create_connection(("127.0.0.1", PORT))
        self.stream = self.line.makefile("rb")
        self.pushes: list[dict] = []

    def ask(self, op: str, **fields) -> dict:
        """Asks and waits for the reply; what is pushed meanwhile is kept."""
        id = next(ids)
        data = json.dumps({"id": id, "op": op, **fields}).encode()
        self.line.sendall(struct.pack("!I", len(data)) + data)
        while True:
            (size,) = struct.unpack("!I", self.stream.read(4))
            message = json.loads(self.stream.read(size))
            if message.get("re") != id:
                self.pushes.append(message)
            elif "err" in message:
                raise RuntimeError(message["err"])
            else:
                return message["ok"]


first = Client()
ticket = first.ask("hello", version=1)["ticket"]
room = first.ask("join", room="python")
place = first.ask("send", room="python", text="said once", cid="k1")
first.line.close()

again = Client()
person = again.ask("hello", version=1, ticket=ticket)["person"]
retry = again.ask("join", room="python", since={"epoch": room["epoch"], "seq": room["head"]})
print("missed:", [entry["text"] for entry in retry["entries"]])
same = again.ask("send", room="python", text="said once", cid="k1")
print("same place:", same["seq"] == place["seq"], "duplicate:", same.get("duplicate"))
again.ask("quit")
