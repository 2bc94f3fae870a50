"""Runs a command in a pseudo terminal: python3 pseudo-terminal.py COLUMNS ROWS COMMAND...

Its standard input is what is typed, its standard output what the terminal is sent. On descriptor 3 it
is told other sizes, a line "COLUMNS ROWS" each; at the end it writes to descriptor 4 whether the
terminal is as it was before: {"restored": true}. It exits as the command does.
"""

import fcntl
import json
import os
import select
import struct
import sys
import termios


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    master, slave = os.openpty()
    resize(slave, columns, rows)
    before = termios.tcgetattr(slave)
    pid = os.fork()
    if pid == 0:
        os.close(master)
        os.close(3)
        os.close(4)
        os.login_tty(slave) if hasattr(os, "login_tty") else login(slave)
        os.execvp(sys.argv[3], sys.argv[3:])
    sources = [0, 3, master]
    pending = b""
    while True:
        ready, _, _ = select.select(sources, [], [], 0.05)
        if master in ready:
            try:
                data = os.read(master, 65536)
            except OSError:
                data = b""
            if data == b"":
                break
            write_all(1, data)
        if 0 in ready:
            data = os.read(0, 65536)
            if data == b"":
                sources.remove(0)
            else:
                write_all(master, data)
        if 3 in ready:
            data = os.read(3, 4096)
            if data == b"":
                sources.remove(3)
            pending += data
            *lines, pending = pending.split(b"\n")
            for line in lines:
                resize(slave, *(int(part) for part in line.split()))
        if not ready:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done != 0:
                drain(master)
                finish(slave, before, status)
    finish(slave, before, os.waitpid(pid, 0)[1])


def login(slave):
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    if slave > 2:
        os.close(slave)


def drain(master):
    while select.select([master], [], [], 0)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:
            return
        if data == b"":
            return
        write_all(1, data)


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data) :]


def finish(slave, before, status):
    restored = termios.tcgetattr(slave) == before
    write_all(4, json.dumps({"restored": restored}).encode())
    code = os.waitstatus_to_exitcode(status) if hasattr(os, "waitstatus_to_exitcode") else status >> 8
    os._exit(code if code >= 0 else 128 - code)


main()
