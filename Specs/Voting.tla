------------------------------ MODULE Voting ------------------------------
(* Why Paxos is safe, without messages, processes and crashes: acceptors vote in
   numbered ballots, and a value is chosen once a quorum has voted for it in one
   ballot.  Two rules keep two ballots from choosing two values:

     one value a ballot   all votes of a ballot are for the same value;
     safe to vote         nobody votes in a ballot before it is certain that no
                          lower ballot has chosen or can still choose another
                          value.

   The second one is made certain by promises: who has promised a ballot votes in
   no lower one any more, so what a quorum of those did below is all there is.

   Nobody could carry this out as it stands, since a voter looks at all others.
   `Synod` does it with messages, and every step of it is one of these steps.

   Source: Lamport, "Paxos Made Simple", section 2.2, where P2b and P2c are the
   two rules, and its argument by induction over ballots. *)
EXTENDS Integers, FiniteSets

CONSTANTS Acceptors, Values,
          Ballots,          \* an interval of numbers from 1
          PrepareQuorum,    \* how many promises make a ballot's past certain
          AcceptQuorum      \* how many votes choose

VARIABLES votes,            \* acceptor -> the votes that it ever cast
          promised          \* acceptor -> it votes in no ballot below this one

vars == <<votes, promised>>

Vote == [ballot : Ballots, value : Values]

VotersFor(ballot, value) == {a \in Acceptors : [ballot |-> ballot, value |-> value] \in votes[a]}

ChosenIn(ballot, value) == Cardinality(VotersFor(ballot, value)) >= AcceptQuorum

Chosen == {value \in Values : \E ballot \in Ballots : ChosenIn(ballot, value)}

PrepareQuorums == {Q \in SUBSET Acceptors : Cardinality(Q) = PrepareQuorum}

\* What those in Q voted for in the highest ballot below this one; empty where
\* none of them voted.
HighestBelow(ballot, Q) ==
  LET below == {vote \in UNION {votes[a] : a \in Q} : vote.ballot < ballot}
  IN {vote.value : vote \in {v \in below : \A w \in below : w.ballot <= v.ballot}}

\* P2c: a quorum has left everything below the ballot behind, and it voted below
\* for nothing, or in the highest ballot for this value.
ShownSafe(ballot, value) ==
  \E Q \in PrepareQuorums :
    /\ \A a \in Q : promised[a] >= ballot
    /\ HighestBelow(ballot, Q) \subseteq {value}

Init == votes = [a \in Acceptors |-> {}] /\ promised = [a \in Acceptors |-> 0]

\* An acceptor leaves all lower ballots behind.
Promise(a, ballot) ==
  /\ promised[a] < ballot
  /\ promised' = [promised EXCEPT ![a] = ballot]
  /\ UNCHANGED votes

\* It votes, and so promises the ballot as well: it may have slept through the
\* first phase.
CastVote(a, ballot, value) ==
  /\ promised[a] <= ballot
  /\ \A other \in Acceptors : \A vote \in votes[other] :
       vote.ballot = ballot => vote.value = value
  /\ ShownSafe(ballot, value)
  /\ votes' = [votes EXCEPT ![a] = @ \cup {[ballot |-> ballot, value |-> value]}]
  /\ promised' = [promised EXCEPT ![a] = ballot]

Next == \E a \in Acceptors, ballot \in Ballots :
          Promise(a, ballot) \/ \E value \in Values : CastVote(a, ballot, value)

Spec == Init /\ [][Next]_vars

TypeOK == votes \in [Acceptors -> SUBSET Vote] /\ promised \in [Acceptors -> {0} \cup Ballots]

----------------------------------------------------------------------------
(* Why it works.  These three are kept by every step, and the third is the
   induction: read for chosen values it says that they agree. *)

OneValueABallot ==
  \A a, other \in Acceptors : \A vote \in votes[a], second \in votes[other] :
    vote.ballot = second.ballot => vote = second

VotesArePromised == \A a \in Acceptors : \A vote \in votes[a] : vote.ballot <= promised[a]

\* A ballot may still choose a value while enough acceptors have voted for it
\* there, or can: `BallotBook` shows the same for a run at hand.
Choosable(ballot, value) ==
  Cardinality({a \in Acceptors :
    \/ a \in VotersFor(ballot, value)
    \/ promised[a] <= ballot /\ \A vote \in votes[a] : vote.ballot # ballot}) >= AcceptQuorum

VotesAreSafe ==
  \A a \in Acceptors : \A vote \in votes[a] : \A lower \in 1..(vote.ballot - 1) :
    \A other \in Values \ {vote.value} : ~Choosable(lower, other)

----------------------------------------------------------------------------
\* Voting is a way of choosing: what is chosen, by what acceptors did, changes
\* once.
C == INSTANCE Consensus WITH chosen <- Chosen
ChoosesOnce == C!Spec
============================================================================
