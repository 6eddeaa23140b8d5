----------------------------- MODULE FastPaxos -----------------------------
(* Fast Paxos for a single value: what a log may have in the place of a Synod.  Its
   code stands in `Sources/PaxosSynod/Fast` and bears the names of these actions.
   There one ballot is fast, the first, and it is open from the beginning.

   In a classic ballot a value goes from a client to the proposer, and from there
   to the acceptors.  A fast ballot saves the first of these ways: the proposer
   opens it for any value, and clients send theirs to the acceptors themselves,
   each of which accepts the first that it gets.  Two things become harder.

   Acceptors may vote for different values in one ballot: a collision.  Then
   nothing is chosen in it, and another ballot has to recover.

   And who recovers sees only some of the votes.  Of several values that were voted
   for in the latest ballot it must find the one that may have been chosen.  Fast
   quorums are so large that it is never in doubt: whatever two of them have in
   common meets every quorum that is asked.

   The network is the set of all messages ever sent, so they are lost, repeated and
   overtaken.  What an acceptor promises or accepts is durable at once: how memory
   and disk keep pace is told in `Synod`, and is the same here.  A proposer
   has no memory: it hears a quorum's answers in one step, and what it has said
   already stands in the network.

   Source: Lamport, "Fast Paxos", Distributed Computing 19(2), 2006, section 3. *)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS
  Acceptors, Learners,
  Values,              \* what clients have sent to everybody
  ProposerCount, MaxBallot,
  FastBallots,
  PrepareQuorum,       \* how many promises are asked for
  AcceptQuorum,        \* how many votes choose in a classic ballot
  FastQuorum,          \* how many do in a fast one
  Living,              \* for progress: those whose steps are taken in the end
  Flaw                 \* the rule that is left out; "none"

Proposers == 1..ProposerCount
Ballots   == 1..MaxBallot
Members   == Cardinality(Acceptors)

\* Whoever is asked meets every quorum that may have chosen, and what any two
\* quorums of a fast ballot have in common.
ASSUME Flaw = "none" => /\ PrepareQuorum + AcceptQuorum > Members
                        /\ PrepareQuorum + 2 * FastQuorum > 2 * Members

\* Ballots come in pairs of one proposer: one to begin with, and right behind it one
\* to recover in.  So a ballot is (number, identity, stage), in this order.
Proposer(ballot)   == (((ballot - 1) \div 2) % ProposerCount) + 1
IsFirst(ballot)    == ballot % 2 = 1
IsFast(ballot)     == ballot \in FastBallots
QuorumOf(ballot)   == IF IsFast(ballot) THEN FastQuorum ELSE AcceptQuorum

Nothing == [ballot |-> 0, value |-> "nothing"]
Open    == "open"         \* in the place of a value: the ballot is open for all
Unknown == "unknown"
Proposal(ballot, value) == [ballot |-> ballot, value |-> value]

VARIABLES
  acceptor,   \* what is promised, what was accepted last; durable
  learner,    \* what is chosen, as far as it knows
  network     \* all that was ever said

vars == <<acceptor, learner, network>>

PrepareMessage(ballot) == [type |-> "prepare", ballot |-> ballot]
PromiseMessage(ballot, a, accepted) ==
  [type |-> "promise", ballot |-> ballot, from |-> a, accepted |-> accepted]
AcceptMessage(proposal) == [type |-> "accept", proposal |-> proposal]
AcceptedMessage(a, proposal) == [type |-> "accepted", from |-> a, proposal |-> proposal]

Sent(type) == {message \in network : message.type = type}
VotesIn(ballot) == {message \in Sent("accepted") : message.proposal.ballot = ballot}
IsIssued(ballot) == \E message \in Sent("accept") : message.proposal.ballot = ballot

Init ==
  /\ acceptor = [a \in Acceptors |-> [promised |-> 0, accepted |-> Nothing]]
  /\ learner  = [l \in Learners |-> Unknown]
  /\ network  = {}

----------------------------------------------------------------------------
(* What a proposer may propose.  It knows what each acceptor of a quorum accepted
   last: `answers` are records of `from` and `accepted`. *)

\* The highest ballot that any of them accepted in.
HighestBallot(answers) ==
  LET ballots == {answer.accepted.ballot : answer \in answers}
  IN CHOOSE ballot \in ballots : \A other \in ballots : other <= ballot

\* Who of them accepted this value in the highest ballot.
VotersFor(value, answers) ==
  {answer.from : answer \in {answer \in answers :
     answer.accepted = Proposal(HighestBallot(answers), value)}}

\* The value may have been chosen in the highest ballot, as far as these can say:
\* so it is if all others voted for it.
MayBeChosen(value, answers) ==
  LET others == Members - Cardinality(answers)
  IN Cardinality(VotersFor(value, answers)) + others >= QuorumOf(HighestBallot(answers))

\* Values that they accepted in the highest ballot; one alone if that is classic.
Reported(answers) == {value \in Values : VotersFor(value, answers) # {}}

\* What the ballot may be issued for.  A value that may have been chosen is prescribed,
\* and there is at most one.  Where none may have been, any value will do; if only one
\* was reported, that one, so that a ballot has a chance to choose it.
Permitted(ballot, answers) ==
  LET reported == Reported(answers)
      mayBe == {value \in reported : MayBeChosen(value, answers)}
      free == IF IsFast(ballot) THEN {Open} ELSE Values
  IN CASE Flaw = "openedUnasked" /\ IsFast(ballot) -> {Open}
       [] reported = {} -> free
       [] Flaw = "anyReportedTaken" -> reported
       [] Flaw = "collisionTakenForFree" /\ Cardinality(reported) > 1 -> free
       [] mayBe # {} -> mayBe
       [] Cardinality(reported) = 1 -> reported
       [] OTHER -> free

----------------------------------------------------------------------------
(* The proposer. *)

\* Proposer.stand: phase 1a, in the first ballot of a pair.
Stand(p) ==
  \E ballot \in Ballots :
    /\ Proposer(ballot) = p /\ IsFirst(ballot)
    /\ network' = network \cup {PrepareMessage(ballot)}
    /\ UNCHANGED <<acceptor, learner>>

\* Proposer.promise: a quorum's promises are there, and phase 2a follows: for a value,
\* or, where the ballot is fast and nothing stands against it, for any.
Promise(p) ==
  \E ballot \in Ballots :
    /\ Proposer(ballot) = p /\ ~IsIssued(ballot)
    /\ \E answers \in SUBSET {m \in Sent("promise") : m.ballot = ballot} :
         /\ Cardinality(answers) = PrepareQuorum
         /\ Cardinality({answer.from : answer \in answers}) = PrepareQuorum
         /\ \E value \in Permitted(ballot, answers) :
              network' = network \cup {AcceptMessage(Proposal(ballot, value))}
    /\ UNCHANGED <<acceptor, learner>>

\* The ballot whose votes are as good as promises of this one: that right below it.
\* Who has voted there votes there no more, and in no lower one either.
RecoversFrom(ballot) == IF Flaw = "recoveryLeavesGap" THEN 1..(ballot - 1) ELSE {ballot - 1}

\* Proposer.recover: votes of a quorum have come and do not agree, or time is up.  They
\* count as promises of the second ballot of the pair, and phase 2a follows at once.
Recover(p) ==
  \E ballot \in Ballots : \E former \in RecoversFrom(ballot) :
    /\ Proposer(ballot) = p /\ Proposer(former) = p /\ Flaw # "collisionLeft"
    /\ ~IsFirst(ballot) \/ Flaw = "recoveryLeavesGap"
    /\ IsFast(former) /\ ~IsIssued(ballot)
    /\ \E votes \in SUBSET VotesIn(former) :
         LET answers == {[from |-> vote.from, accepted |-> vote.proposal] : vote \in votes}
         IN /\ Cardinality(votes) = PrepareQuorum
            /\ Cardinality({vote.from : vote \in votes}) = PrepareQuorum
            /\ \E value \in Permitted(ballot, answers) :
                 network' = network \cup {AcceptMessage(Proposal(ballot, value))}
    /\ UNCHANGED <<acceptor, learner>>

----------------------------------------------------------------------------
(* The acceptor. *)

\* Acceptor.prepare: phase 1b.
Prepare(a) ==
  \E message \in Sent("prepare") :
    /\ message.ballot >= acceptor[a].promised
    /\ acceptor' = [acceptor EXCEPT ![a].promised = message.ballot]
    /\ network' = network \cup {PromiseMessage(message.ballot, a, acceptor[a].accepted)}
    /\ UNCHANGED learner

TakeIn(a, proposal) ==
  /\ acceptor' = [acceptor EXCEPT ![a] = [promised |-> proposal.ballot, accepted |-> proposal]]
  /\ network' = network \cup {AcceptedMessage(a, proposal)}
  /\ UNCHANGED learner

\* Acceptor.accept: phase 2b with the proposer's value.
Accept(a) ==
  \E message \in Sent("accept") :
    /\ message.proposal.value # Open
    /\ message.proposal.ballot >= acceptor[a].promised
    /\ TakeIn(a, message.proposal)

\* Acceptor.acceptDirectly: phase 2b with a client's value, in a ballot that is open.
\* The first one that comes is accepted, and then no other.
AcceptDirectly(a) ==
  \E message \in Sent("accept"), value \in Values :
    LET ballot == message.proposal.ballot
    IN /\ message.proposal.value = Open
       /\ ballot >= acceptor[a].promised \/ Flaw = "acceptsDirectlyBelowPromise"
       /\ acceptor[a].accepted.ballot < ballot \/ Flaw = "votesAgain"
       /\ TakeIn(a, Proposal(ballot, value))

----------------------------------------------------------------------------
(* The learner. *)

Voters(proposal) == {vote.from : vote \in {m \in Sent("accepted") : m.proposal = proposal}}
Accepted == {message.proposal : message \in Sent("accepted")}

\* Learner.count: it learns a value that a quorum of the ballot's kind has accepted.
Count(l) ==
  /\ learner[l] = Unknown
  /\ \E proposal \in Accepted :
       /\ Cardinality(Voters(proposal)) >=
            IF Flaw = "fastCountedAsClassic" THEN AcceptQuorum ELSE QuorumOf(proposal.ballot)
       /\ learner' = [learner EXCEPT ![l] = proposal.value]
  /\ UNCHANGED <<acceptor, network>>

----------------------------------------------------------------------------

Next ==
  \/ \E p \in Proposers : Stand(p) \/ Promise(p) \/ Recover(p)
  \/ \E a \in Acceptors : Prepare(a) \/ Accept(a) \/ AcceptDirectly(a)
  \/ \E l \in Learners : Count(l)

Spec == Init /\ [][Next]_vars

\* Acceptors are alike, and so are values.
Symmetry == Permutations(Acceptors) \cup Permutations(Values)

\* Those that live take their steps, and what they say to each other arrives.
Fairness ==
  /\ \A p \in Proposers \cap Living : WF_vars(Stand(p)) /\ WF_vars(Promise(p)) /\ WF_vars(Recover(p))
  /\ \A a \in Acceptors \cap Living :
       WF_vars(Prepare(a)) /\ WF_vars(Accept(a)) /\ WF_vars(AcceptDirectly(a))
  /\ \A l \in Learners \cap Living : WF_vars(Count(l))
FairSpec == Spec /\ Fairness

----------------------------------------------------------------------------
(* What is to hold. *)

Chosen == {proposal \in Accepted : Cardinality(Voters(proposal)) >= QuorumOf(proposal.ballot)}
ChosenValues == {proposal.value : proposal \in Chosen}
Learned == {learner[l] : l \in Learners} \ {Unknown}

\* No two values are chosen, or taken for chosen.
Agreement == Cardinality(ChosenValues \cup Learned) <= 1

\* Nothing is accepted that no client has sent.
Validity == \A proposal \in Accepted : proposal.value \in Values

\* What is taken for chosen is chosen.
LearnedIsChosen == Learned \subseteq ChosenValues

\* P2b: above a chosen proposal only its value is accepted.
P2b == \A lower \in Chosen, higher \in Accepted :
         higher.ballot > lower.ballot => higher.value = lower.value

\* All votes of a classic ballot are for one value.
OneValueAClassicBallot ==
  \A left, right \in Accepted :
    left.ballot = right.ballot /\ ~IsFast(left.ballot) => left = right

\* No acceptor votes twice in a ballot.
OneVoteABallot ==
  \A left, right \in Sent("accepted") :
    left.from = right.from /\ left.proposal.ballot = right.proposal.ballot => left = right

\* In the end everybody that lives knows what is chosen.
Progress == <>(\A l \in Learners \cap Living : learner[l] # Unknown)

\* What is refuted of these shows that it happens at all.
NeverCollides == \A left, right \in Accepted : left.ballot = right.ballot => left = right
NeverRecovers == NeverCollides \/ \A proposal \in Chosen : IsFast(proposal.ballot)
NeverFast     == \A proposal \in Chosen : ~IsFast(proposal.ballot)

\* Fast Paxos is a way of choosing.  It is none of `Voting`, whose ballots have one value.
C == INSTANCE Consensus WITH chosen <- ChosenValues
ChoosesOnce == C!Spec
============================================================================
