"""Speaks the text protocol over framed TCP: what you type is said, what is said is printed."""

import socket
import struct
import sys
import threading


def frame(text: str) -> bytes:
    data = text.encode("utf-8")
    return struct.pack("!I", len(data)) + data


def frames(line: socket.socket):
    """Every payload that arrives, until the server ends the connection."""
    stream = line.makefile("rb")
    while head := stream.read(4):
        (size,) = struct.unpack("!I", head)
        yield stream.read(size).decode("utf-8")


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    line = socket.create_connection(("127.0.0.1", port))

    def hear() -> None:
        for payload in frames(line):
            print(payload, flush=True)

    ear = threading.Thread(target=hear)
    ear.start()
    for typed in sys.stdin:
        line.sendall(frame(typed.rstrip("\n")))
    line.shutdown(socket.SHUT_WR)
    ear.join()


if __name__ == "__main__":
    main()
