"""A person on framed TCP, written from PROTOCOL.md alone: chat.py PORT OTHER

Takes part in #jogos as Ana, hears what OTHER says there, and ends with 0 if all went well.
"""

import socket
import struct
import sys

port, other = int(sys.argv[1]), sys.argv[2]
connection = socket.create_connection(("127.0.0.1", port), timeout=15)
heard: list[str] = []


def say(text: str) -> None:
    data = text.encode("utf-8")
    connection.sendall(struct.pack("!I", len(data)) + data)


def read(size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def hear() -> str:
    (size,) = struct.unpack("!I", read(4))
    text = read(size).decode("utf-8")
    heard.extend(text.split("\n"))
    return text


def until(*words: str) -> None:
    """Listens until a line has all these words; lines that were heard before count too."""
    while not any(all(word in line for word in words) for line in heard):
        try:
            hear()
        except (EOFError, TimeoutError) as error:
            sys.exit(f"never heard {words} ({error!r}); heard: {heard}")


say("/nick Ana")
say("/join #jogos")
until("#jogos", "Ana", other)
say("Olá do Python!")
until("[#jogos] Ana: Olá do Python!")
until(f"[#jogos] {other}: Olá da web!")
heard.clear()
say("/who")
until("Ana", other)
heard.clear()
say("/rooms")
until("#jogos", "2")
say("/quit")
try:
    while True:
        hear()
except EOFError:
    print("all was heard")
