#!/usr/bin/env python3
"""An acceptor of single-decree Paxos, to be checked by: decree learn --bring 'python3 acceptor.py'

It reads a request a line and answers with a line. Docs/ACCEPTOR.md tells what they look like.
"""
import json
import sys


class Acceptor:
    def __init__(self):
        # Nothing below this ballot is answered any more. Ballots are [number, proposer], and lists compare as ballots do.
        self.promised = [0, 0]
        # The ballot and value that were accepted last.
        self.accepted = None

    def prepare(self, ballot):
        if ballot < self.promised:
            return {"type": "refused", "promised": self.promised}
        self.promised = ballot
        return {"type": "promise", "ballot": ballot, "accepted": self.accepted}

    def accept(self, ballot, value):
        if ballot < self.promised:
            return {"type": "refused", "promised": self.promised}
        self.promised = ballot
        self.accepted = {"ballot": ballot, "value": value}
        return {"type": "accepted", "ballot": ballot, "value": value}


acceptor = Acceptor()
for line in sys.stdin:
    request = json.loads(line)
    if request["type"] == "start":
        acceptor = Acceptor()
        answer = {"type": "started"}
    elif request["type"] == "prepare":
        answer = acceptor.prepare(request["ballot"])
    else:
        answer = acceptor.accept(request["ballot"], request["value"])
    print(json.dumps(answer), flush=True)
