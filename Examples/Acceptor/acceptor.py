#!/usr/bin/env python3
"""An acceptor of single-decree Paxos, to be checked by: decree learn --bring 'python3 acceptor.py'

It reads a request a line and answers with a line. Docs/ACCEPTOR.md tells what they look like.
"""
import json
import os
import sys


class Disk:
    """A file that holds the last state that was written, or none."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "acceptor.json")

    def read(self):
        if not os.path.exists(self.path):
            return None
        with open(self.path) as file:
            return json.load(file)

    def write(self, state):
        # Written beside it and then put in its place: whenever this is killed, the file is the former or the new one.
        with open(self.path + ".new", "w") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)

    def forget(self):
        if os.path.exists(self.path):
            os.remove(self.path)


class Acceptor:
    def __init__(self, disk):
        self.disk = disk
        # Nothing below this ballot is answered any more. Ballots are [number, proposer], and lists compare as ballots do.
        self.promised = [0, 0]
        # The ballot and value that were accepted last.
        self.accepted = None
        kept = disk.read()
        if kept:
            self.promised, self.accepted = kept["promised"], kept["accepted"]

    def keep(self):
        """What is said is kept before it is said."""
        self.disk.write({"accepted": self.accepted, "promised": self.promised})

    def prepare(self, ballot):
        if ballot < self.promised:
            return {"type": "refused", "promised": self.promised}
        self.promised = ballot
        self.keep()
        return {"type": "promise", "ballot": ballot, "accepted": self.accepted}

    def accept(self, ballot, value):
        if ballot < self.promised:
            return {"type": "refused", "promised": self.promised}
        self.promised = ballot
        self.accepted = {"ballot": ballot, "value": value}
        self.keep()
        return {"type": "accepted", "ballot": ballot, "value": value}


disk = Disk(os.environ["DECREE_ACCEPTOR_FOLDER"])
acceptor = Acceptor(disk)
for line in sys.stdin:
    request = json.loads(line)
    if request["type"] == "start":
        disk.forget()
        acceptor = Acceptor(disk)
        answer = {"type": "started"}
    elif request["type"] == "prepare":
        answer = acceptor.prepare(request["ballot"])
    else:
        answer = acceptor.accept(request["ballot"], request["value"])
    print(json.dumps(answer), flush=True)
