------------------------------ MODULE SlotLog ------------------------------
(* The replicated log of `Sources/PaxosLog`: what it adds to a Synod for each slot.
   One promise covers all slots, each slot is voted on by itself, and what lies
   below a watermark is not spoken of any more, because it is known to be chosen.
   That saves nearly everything, and is where a log can go wrong though each of its
   slots is sound Paxos: who knows what to be chosen, and on whose word.

   Every node is acceptor, learner and possible leader.  The network is the set of
   all messages ever sent, so they are lost, repeated and overtaken.  What is
   accepted or promised is durable at once, and nobody crashes: how memory and disk
   keep pace is told in `Synod`.

   What is one step here and several in the code, with nothing in between that
   anybody could see: a candidate hears a quorum's promises at once; a leader hears
   a quorum's votes at once; `Fetch` and `Learned` are one step, in which a node
   takes over what another one knows to be chosen.  The mark that rides along with
   an `Accept` is a message of its own.  Ballots are given out to whoever stands, so
   that no two nodes share one.

   Source: Docs/PROTOCOL-RULES.md, whose numbers of rules are used here. *)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS
  Nodes, MaxSlot, MaxBallot,
  Standing,            \* those that may stand
  Quorum,              \* how many promises, and how many votes; a majority
  Flaw                 \* the rule that is left out, as `Flaw` names it; "none"

Slots   == 1..MaxSlot
Ballots == 1..MaxBallot

ASSUME Flaw = "none" => 2 * Quorum > Cardinality(Nodes)

NoValue == -1
NoOp    == 0           \* fills a slot for which phase 1 found nothing
Command(ballot) == ballot     \* a command is named after the ballot that proposes it first

Empty == [ballot |-> 0, value |-> NoValue, isChosen |-> FALSE]
MaxOf(S) == CHOOSE x \in S : \A y \in S : y <= x
Max(x, y) == IF x >= y THEN x ELSE y

VARIABLES
  promised,   \* node -> no lower ballot is voted in
  log,        \* node -> slot -> the ballot it was accepted in, its value, whether it is chosen
  role,       \* node -> follower, candidate or leader
  votes,      \* node -> slot -> the votes it ever cast: what `Accepted` tells of
  network     \* all else that was ever said

vars == <<promised, log, role, votes, network>>

Follower == [is |-> "follower", ballot |-> 0]
Candidate(ballot, watermark) == [is |-> "candidate", ballot |-> ballot, watermark |-> watermark]
\* A quorum has promised: what it told, and how far it must have caught up to lead.
Elected(ballot, adopted, highest, target) ==
  [is |-> "elected", ballot |-> ballot, adopted |-> adopted, highest |-> highest, target |-> target]
\* Slots from `first` below `next` are open; of those it knows `closed` to be chosen.
Leader(ballot, first, next, closed) ==
  [is |-> "leader", ballot |-> ballot, first |-> first, next |-> next, closed |-> closed]

Init ==
  /\ promised = [n \in Nodes |-> 0]
  /\ log      = [n \in Nodes |-> [s \in Slots |-> Empty]]
  /\ role     = [n \in Nodes |-> Follower]
  /\ votes    = [n \in Nodes |-> [s \in Slots |-> {}]]
  /\ network  = {}

----------------------------------------------------------------------------
(* What nodes say to each other: `Message`. *)

PrepareMessage(ballot, watermark) == [type |-> "prepare", ballot |-> ballot, watermark |-> watermark]
PromiseMessage(ballot, n, watermark, reports) ==
  [type |-> "promise", ballot |-> ballot, from |-> n, watermark |-> watermark, reports |-> reports]
AcceptMessage(ballot, slot, value) ==
  [type |-> "accept", ballot |-> ballot, slot |-> slot, value |-> value]
MarkMessage(ballot, watermark) == [type |-> "chosen", ballot |-> ballot, watermark |-> watermark]

Sent(type) == {message \in network : message.type = type}

Vote(ballot, value) == [ballot |-> ballot, value |-> value]
VotersFor(slot, ballot, value) == {n \in Nodes : Vote(ballot, value) \in votes[n][slot]}

----------------------------------------------------------------------------
(* Slots. *)

\* Everything up to here is known to be chosen.
Watermark(slots) == MaxOf({w \in 0..MaxSlot : \A s \in 1..w : slots[s].isChosen})

\* SlotLog.learn: the value is chosen, on the word of a node that knows.
Know(record, value) == [record EXCEPT !.value = value, !.isChosen = TRUE]

\* A leader's mark: everything up to here is chosen, and its followers may believe
\* it of what they accepted in its ballot (rule 9).
MarkOf(leader) ==
  MaxOf({w \in (leader.first - 1)..(leader.next - 1) : leader.first..w \subseteq leader.closed})

\* What it tells of that.
Marks(leader) ==
  IF MarkOf(leader) = 0 THEN {} ELSE {MarkMessage(leader.ballot, MarkOf(leader))}

\* A higher ballot deposes whoever leads or stands in a lower one.
GiveWay(n, ballot) ==
  IF role[n].ballot < ballot THEN Follower ELSE role[n]

----------------------------------------------------------------------------
(* Phase 1. *)

IsUsed(ballot) == \E message \in Sent("prepare") : message.ballot = ballot

\* Replica.stand: a node stands with a ballot that nobody used.
Stand(n) ==
  \E ballot \in Ballots :
    /\ n \in Standing /\ ballot > promised[n] /\ ~IsUsed(ballot)
    /\ promised' = [promised EXCEPT ![n] = ballot]
    /\ role' = [role EXCEPT ![n] = Candidate(ballot, Watermark(log[n]))]
    /\ network' = network \cup {PrepareMessage(ballot, Watermark(log[n]))}
    /\ UNCHANGED <<log, votes>>

\* What an acceptor tells of its slots above both watermarks.
Reports(n, watermark) ==
  [s \in Slots |-> IF s > Max(Watermark(log[n]), watermark) THEN log[n][s] ELSE Empty]

\* Core.receive(Prepare): phase 1b, for all slots at once.  That the code answers again
\* when it is asked again is left out: it is as if it had been asked later only.
Prepare(n) ==
  \E message \in Sent("prepare") :
    /\ message.ballot > promised[n]
    /\ promised' = [promised EXCEPT ![n] = message.ballot]
    /\ role' = [role EXCEPT ![n] = GiveWay(n, message.ballot)]
    /\ network' = network \cup {PromiseMessage(message.ballot, n, Watermark(log[n]),
                                               Reports(n, message.watermark))}
    /\ UNCHANGED <<log, votes>>

\* Candidate.receive(Promise): with its own a quorum has promised.  For each slot it
\* adopts the value of the highest ballot (rule 5), and takes in what is chosen.
Promise(n) ==
  /\ role[n].is = "candidate"
  /\ \E answers \in SUBSET {m \in Sent("promise") : m.ballot = role[n].ballot} :
       LET own == Reports(n, role[n].watermark)
           reports(s) == {answer.reports[s] : answer \in answers} \cup {own[s]}
           accepted(s) == {report \in reports(s) : report.ballot > 0 /\ ~report.isChosen}
           best(s) == IF Flaw = "lowestBallotAdopted"
                      THEN CHOOSE r \in accepted(s) : \A other \in accepted(s) : r.ballot <= other.ballot
                      ELSE CHOOSE r \in accepted(s) : \A other \in accepted(s) : r.ballot >= other.ballot
           isSingle(s) == own[s].ballot = 0 \/ \E answer \in answers : answer.reports[s].ballot = 0
           adopts(s) == accepted(s) # {} /\ ~(Flaw = "noOpOverAcceptedValue" /\ isSingle(s))
           adopted == [s \in Slots |-> IF adopts(s) THEN best(s).value ELSE NoOp]
           seen == {s \in Slots : \E report \in reports(s) : report # Empty}
           chosen(s) == {report \in reports(s) : report.isChosen}
       IN /\ Cardinality(answers) = (IF Flaw = "quorumOfOne" THEN 0 ELSE Quorum - 1)
          /\ Cardinality({answer.from : answer \in answers}) = Cardinality(answers)
          /\ log' = [log EXCEPT ![n] = [s \in Slots |->
               IF chosen(s) # {} THEN Know(@[s], (CHOOSE r \in chosen(s) : TRUE).value) ELSE @[s]]]
          /\ role' = [role EXCEPT ![n] = Elected(role[n].ballot, adopted, MaxOf(seen \cup {0}),
               MaxOf({answer.watermark : answer \in answers} \cup {role[n].watermark}))]
  /\ UNCHANGED <<promised, votes, network>>

----------------------------------------------------------------------------
(* Phase 2. *)

\* A node proposes values: it accepts them itself, and asks the others.  `closed`
\* are slots that it knows to be chosen and does not propose in.
Propose(n, ballot, first, next, closed, values) ==
  LET slots == DOMAIN values
      led == Leader(ballot, first, next, closed)
  IN /\ log' = [log EXCEPT ![n] = [s \in Slots |->
          IF s \in slots /\ ~@[s].isChosen
          THEN [ballot |-> ballot, value |-> values[s], isChosen |-> FALSE] ELSE @[s]]]
     /\ role' = [role EXCEPT ![n] = led]
     /\ votes' = [votes EXCEPT ![n] = [s \in Slots |->
          IF s \in slots THEN @[s] \cup {Vote(ballot, values[s])} ELSE @[s]]]
     /\ network' = network \cup {AcceptMessage(ballot, s, values[s]) : s \in slots} \cup Marks(led)

\* Replica.finishCatchingUp: a candidate that knows what its quorum knows to be chosen
\* leads (rule 6).  It proposes again, in its ballot, what it adopted, and no-ops where
\* it found nothing.
FinishCatchingUp(n) ==
  LET own == Watermark(log[n])
      base == IF Flaw = "proposesBelowWatermark" THEN role[n].target ELSE own
      low == IF Flaw = "proposesBelowWatermark" THEN own ELSE base
      highest == Max(role[n].highest, own)
      closed == {s \in (low + 1)..highest : log[n][s].isChosen}
  IN /\ role[n].is = "elected"
     /\ own >= role[n].target \/ Flaw = "proposesBelowWatermark"
     /\ Propose(n, role[n].ballot, low + 1, Max(highest, base) + 1, closed,
                [s \in ((low + 1)..Max(highest, base)) \ closed |-> role[n].adopted[s]])
     /\ UNCHANGED promised

\* Leader.proposeWaiting: a command of a client, in the next slot.
ProposeWaiting(n) ==
  /\ role[n].is = "leader" /\ role[n].next <= MaxSlot
  /\ LET slot == role[n].next
     IN Propose(n, role[n].ballot, role[n].first, slot + 1, role[n].closed,
                [s \in {slot} |-> Command(role[n].ballot)])
  /\ UNCHANGED promised

\* Replica.receive(Accept): phase 2b, each slot by itself.  What is known to be chosen is not voted
\* on; the leader will learn it.
Accept(n) ==
  \E message \in Sent("accept") :
    /\ message.ballot >= promised[n] /\ ~log[n][message.slot].isChosen
    /\ role[n].ballot < message.ballot
    /\ promised' = IF Flaw = "acceptDoesNotPromise" THEN promised
                   ELSE [promised EXCEPT ![n] = message.ballot]
    /\ role' = [role EXCEPT ![n] = GiveWay(n, message.ballot)]
    /\ log' = [log EXCEPT ![n][message.slot] =
         [ballot |-> message.ballot, value |-> message.value, isChosen |-> FALSE]]
    /\ votes' = [votes EXCEPT ![n][message.slot] = @ \cup {Vote(message.ballot, message.value)}]
    /\ UNCHANGED network

\* The leader knows an open slot to be chosen, and its mark may pass over it.
Close(n, slot, record) ==
  LET led == [role[n] EXCEPT !.closed = @ \cup {slot}]
  IN /\ log' = [log EXCEPT ![n][slot] = record]
     /\ role' = [role EXCEPT ![n] = led]
     /\ network' = network \cup Marks(led)

\* Leader.count: a quorum has accepted what this leader proposed, in its ballot (rule 7).
Count(n) ==
  /\ role[n].is = "leader"
  /\ \E slot \in (role[n].first..(role[n].next - 1)) \ role[n].closed :
       LET value == log[n][slot].value
           voters == IF Flaw = "votesCountedAcrossBallots"
                     THEN UNION {VotersFor(slot, ballot, value) : ballot \in Ballots}
                     ELSE VotersFor(slot, role[n].ballot, value)
       IN /\ Cardinality(voters) >= IF Flaw = "quorumOfOne" THEN 1 ELSE Quorum
          /\ Close(n, slot, [log[n][slot] EXCEPT !.isChosen = TRUE])
  /\ UNCHANGED <<promised, votes>>

----------------------------------------------------------------------------
(* Learning. *)

\* Core.believe: the mark of a leader.  It is believed of a slot only if that was
\* accepted here in the mark's very ballot (rule 8).  The code keeps the highest mark,
\* and applies it to what is accepted later; here any mark may be heard at any time.
Believe(n) ==
  \E mark \in Sent("chosen") :
    LET believes(s) == /\ s <= mark.watermark /\ log[n][s].ballot > 0
                       /\ log[n][s].ballot = mark.ballot \/ Flaw = "watermarkWithoutBallot"
    IN /\ role[n].ballot # mark.ballot
       /\ log' = [log EXCEPT ![n] = [s \in Slots |->
            IF believes(s) THEN [@[s] EXCEPT !.isChosen = TRUE] ELSE @[s]]]
       /\ role' = IF mark.ballot >= promised[n]
                  THEN [role EXCEPT ![n] = GiveWay(n, mark.ballot)] ELSE role
       /\ UNCHANGED <<promised, votes, network>>

\* Core.learn: another node knows a slot to be chosen.
Learn(n) ==
  \E peer \in Nodes, slot \in Slots :
    /\ log[peer][slot].isChosen /\ ~log[n][slot].isChosen /\ role[n].is # "leader"
    /\ log' = [log EXCEPT ![n][slot] = Know(@, log[peer][slot].value)]
    /\ UNCHANGED <<promised, role, votes, network>>

\* Leader.learn: the same for a leader.  The value that it proposed: then every vote of
\* its ballot is for it, and the mark may cover the slot.  Another one, or a slot in
\* which it did not propose: there is a leader above it, and it leads no more (rule 9).
LearnAsLeader(n) ==
  \E peer \in Nodes, slot \in Slots :
    LET value == log[peer][slot].value
        isProposed == slot >= role[n].first /\ slot < role[n].next
        isSame == log[n][slot].value = value \/ Flaw = "watermarkCoversLearned"
    IN /\ role[n].is = "leader" /\ log[peer][slot].isChosen /\ ~log[n][slot].isChosen
       /\ IF isProposed /\ isSame THEN Close(n, slot, Know(log[n][slot], value))
          ELSE /\ log' = [log EXCEPT ![n][slot] = Know(@, value)]
               /\ role' = [role EXCEPT ![n] = Follower]
               /\ UNCHANGED network
       /\ UNCHANGED <<promised, votes>>

----------------------------------------------------------------------------

Next ==
  \/ \E n \in Nodes : Stand(n) \/ Prepare(n) \/ Promise(n) \/ FinishCatchingUp(n)
  \/ \E n \in Nodes : ProposeWaiting(n) \/ Accept(n) \/ Count(n)
  \/ \E n \in Nodes : Believe(n) \/ Learn(n) \/ LearnAsLeader(n)

Spec == Init /\ [][Next]_vars

\* Nodes are alike, but for whether they stand.
Symmetry == Permutations(Standing) \cup Permutations(Nodes \ Standing)

----------------------------------------------------------------------------
(* What is to hold. *)

Proposals(slot) == {m \in Sent("accept") : m.slot = slot}
ChosenAt(slot) ==
  {m.value : m \in {m \in Proposals(slot) :
                       Cardinality(VotersFor(slot, m.ballot, m.value)) >= Quorum}}
KnownAt(slot) == {log[n][slot].value : n \in {n \in Nodes : log[n][slot].isChosen}}

\* No slot has two values, whether chosen or taken for chosen.
Agreement == \A s \in Slots : Cardinality(ChosenAt(s) \cup KnownAt(s)) <= 1

\* What is taken for chosen is chosen.
LearnedIsChosen == \A s \in Slots : KnownAt(s) \subseteq ChosenAt(s)

\* A ballot has one value for a slot.
OneValueABallot == \A s \in Slots : \A left, right \in Proposals(s) :
                     left.ballot = right.ballot => left = right

\* What is refuted of this shows that it happens at all: a leader proposes again what
\* another one had begun.
NeverRepairs == \A s \in Slots : \A left, right \in Proposals(s) :
                  left.value = right.value => left = right

\* Every slot is a way of voting by itself, with one promise for all of them.
V(slot) == INSTANCE Voting WITH
             Acceptors <- Nodes, Values <- {NoOp} \cup Ballots,
             PrepareQuorum <- Quorum, AcceptQuorum <- Quorum,
             votes <- [n \in Nodes |-> votes[n][slot]]
SlotsVote == /\ \A s \in Slots : V(s)!Init
             /\ [][\A s \in Slots : [V(s)!Next]_(V(s)!vars)]_vars
============================================================================
