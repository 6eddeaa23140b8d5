------------------------------- MODULE Synod -------------------------------
(* Single-decree Paxos as `Sources/PaxosSynod` has it.  Each action bears the name
   of its handler, and the line above it says where that stands; a style test
   looks whether it still does.

   The network is the set of all messages ever sent.  Receiving takes nothing out
   of it, so a message may arrive many times; nobody has to receive, so it may be
   lost; and there is no order.

   A process has a memory, which a crash takes away, and a disk.  What is to be
   durable goes through its outbox: nothing leaves a process while anything that
   it recorded before may still be lost.

   What stands in the code and not here, since it allows nothing that cannot
   happen here anyway:
     - time: whatever waits for a time-out may happen at any time;
     - `refused`, and hints who leads: they change only when somebody stands, and
       with which number, and a proposer may pass over a number here by standing
       unheard;
     - what a proposer wishes for: it matters where the value is issued, so any
       value is taken there.
   One process with several roles is several processes here: the roles share
   nothing but the time of a crash. *)
EXTENDS Integers, FiniteSets, Sequences, TLC

CONSTANTS
  Acceptors, Learners, Values,
  ProposerCount,       \* proposers are 1..ProposerCount
  MaxBallot,           \* ballots are 1..MaxBallot
  PrepareQuorum, AcceptQuorum,
  Mortal, MaxCrashes,  \* who may crash, and how often in all
  WritesTakeTime,      \* FALSE: a record is durable in the step that makes it
  ProposersCount,      \* FALSE: votes reach learners only, and no proposer stops
  IsPatient,           \* TRUE: a proposer whose ballot is under way begins no other
  Living,              \* for progress: those whose steps are taken in the end
  Flaw                 \* the rule that is left out, as `SynodFlaw` names it; "none"

Proposers == 1..ProposerCount
Keepers   == Acceptors \cup Proposers     \* those with a disk
Processes == Keepers \cup Learners
Ballots   == 1..MaxBallot

ASSUME Flaw = "none" => PrepareQuorum + AcceptQuorum > Cardinality(Acceptors)
ASSUME Flaw = "none" => AcceptQuorum > 0

\* A ballot is a number and the identity of its proposer, ordered by the number
\* first.  Counted through in that order they are 1, 2, 3...
Ballot(number, identity) == (number - 1) * ProposerCount + identity

Nothing  == [ballot |-> 0, value |-> "nothing"]
Proposal(ballot, value) == [ballot |-> ballot, value |-> value]
Invented == "invented"                    \* what only a liar speaks of
Unknown  == "unknown"
Max(x, y) == IF x >= y THEN x ELSE y

VARIABLES
  acceptor,   \* memory: what is promised, what was accepted last
  proposer,   \* memory: its phase, and the highest number that it used
  learner,    \* memory: the latest vote of each acceptor, and what is chosen
  disk,       \* what each keeper finds when it starts again
  outbox,     \* writes under way: what each makes durable, what waits for it
  down,       \* who has crashed and not come back yet
  network,    \* all that was ever said
  crashes,    \* how many there were
  votes       \* history: all that each acceptor ever had on its disk as accepted

vars == <<acceptor, proposer, learner, disk, outbox, down, network, crashes, votes>>
memory == <<acceptor, proposer, learner>>

Idle == [phase |-> "idle"]
Preparing(ballot, promises, highest) ==
  [phase |-> "preparing", ballot |-> ballot, promises |-> promises, highest |-> highest]
Accepting(proposal, voters) == [phase |-> "accepting", proposal |-> proposal, votes |-> voters]
Done(value) == [phase |-> "done", value |-> value]

NewAcceptor == [promised |-> 0, accepted |-> Nothing]
NewLearner  == [chosen |-> Unknown, votes |-> [a \in Acceptors |-> Nothing]]

Init ==
  /\ acceptor = [a \in Acceptors |-> NewAcceptor]
  /\ proposer = [p \in Proposers |-> [state |-> Idle, number |-> 0]]
  /\ learner  = [l \in Learners |-> NewLearner]
  /\ disk     = [k \in Keepers |-> IF k \in Acceptors THEN NewAcceptor ELSE [stood |-> 0]]
  /\ outbox   = [k \in Keepers |-> <<>>]
  /\ down = {} /\ network = {} /\ crashes = 0
  /\ votes    = [a \in Acceptors |-> {}]

----------------------------------------------------------------------------
(* What processes say to each other: `SynodMessage`. *)

PrepareMessage(ballot) == [type |-> "prepare", ballot |-> ballot]
PromiseMessage(ballot, a, accepted) ==
  [type |-> "promise", ballot |-> ballot, from |-> a, accepted |-> accepted]
AcceptMessage(proposal) == [type |-> "accept", proposal |-> proposal]
AcceptedMessage(a, proposal) == [type |-> "accepted", from |-> a, proposal |-> proposal]
ChosenMessage(value) == [type |-> "chosen", value |-> value]

Sent(type) == {message \in network : message.type = type}

----------------------------------------------------------------------------
(* Disks. *)

\* What the disk holds once all is written that was handed out.
Latest(k) == IF outbox[k] = <<>> THEN disk[k] ELSE outbox[k][Len(outbox[k])].durable

\* A keeper's disk changes.
Land(k, durable) ==
  /\ disk' = [disk EXCEPT ![k] = durable]
  /\ votes' = IF k \in Acceptors /\ durable.accepted # Nothing
              THEN [votes EXCEPT ![k] = @ \cup {durable.accepted}] ELSE votes

\* A write that no crash can lose may as well be durable at once: that it took time
\* looks to all others as if what waited for it had been long on its way.
IsSlow(k) == WritesTakeTime /\ k \in Mortal /\ (crashes < MaxCrashes \/ outbox[k] # <<>>)

\* Outbox.hold: the records of a step are handed out, and what was to be sent waits
\* for them, and for all that was handed out before.
Hold(k, durable, sends) ==
  IF ~IsSlow(k) THEN
    /\ Land(k, durable)
    /\ network' = network \cup sends
    /\ UNCHANGED outbox
  ELSE IF Flaw = "saidBeforeDurable" THEN
    /\ network' = network \cup sends
    /\ outbox' = IF durable = Latest(k) THEN outbox
                 ELSE [outbox EXCEPT ![k] = Append(@, [durable |-> durable, sends |-> {}])]
    /\ UNCHANGED <<disk, votes>>
  ELSE IF durable # Latest(k) THEN
    /\ outbox' = [outbox EXCEPT ![k] = Append(@, [durable |-> durable, sends |-> sends])]
    /\ UNCHANGED <<disk, network, votes>>
  ELSE IF outbox[k] # <<>> THEN
    /\ outbox' = [outbox EXCEPT ![k][Len(outbox[k])].sends = @ \cup sends]
    /\ UNCHANGED <<disk, network, votes>>
  ELSE
    /\ network' = network \cup sends
    /\ UNCHANGED <<disk, outbox, votes>>

\* Outbox.release: the first write that is under way is durable, and what waited
\* for it leaves.
Release(k) ==
  /\ k \notin down /\ outbox[k] # <<>>
  /\ Land(k, outbox[k][1].durable)
  /\ network' = network \cup outbox[k][1].sends
  /\ outbox' = [outbox EXCEPT ![k] = Tail(@)]
  /\ UNCHANGED <<memory, down, crashes>>

\* SynodState.absorb: what records make of a disk.
RecordPromise(durable, ballot) ==
  IF Flaw = "promiseNotRecorded" THEN durable
  ELSE [durable EXCEPT !.promised = Max(@, ballot)]
RecordAcceptance(durable, proposal) ==
  IF Flaw = "acceptanceNotRecorded" THEN durable
  ELSE [promised |-> Max(durable.promised, proposal.ballot), accepted |-> proposal]

----------------------------------------------------------------------------
(* The acceptor. *)

\* Acceptor.prepare: phase 1b.  It promises, unless it has promised more, and tells
\* what it accepted last.  A request that comes again is answered again.
Prepare(a) ==
  \E message \in Sent("prepare") :
    /\ a \notin down
    /\ message.ballot >= acceptor[a].promised \/ Flaw = "promisesLowerBallot"
    /\ LET accepted == CASE Flaw = "promiseOmitsAccepted" -> Nothing
                         [] Flaw = "liar" -> Proposal(message.ballot - 1, Invented)
                         [] OTHER -> acceptor[a].accepted
       IN Hold(a, RecordPromise(Latest(a), message.ballot),
               {PromiseMessage(message.ballot, a, accepted)})
    /\ acceptor' = [acceptor EXCEPT ![a].promised = message.ballot]
    /\ UNCHANGED <<proposer, learner, down, crashes>>

MayAccept(a, ballot) ==
  CASE Flaw = "acceptsBelowPromise" -> TRUE
    [] Flaw = "acceptsAbovePromiseOnly" -> ballot > acceptor[a].promised
    [] OTHER -> ballot >= acceptor[a].promised

\* Acceptor.accept: phase 2b.  It accepts, unless it has promised more (P1a).  An
\* acceptance promises its ballot.
Accept(a) ==
  \E message \in Sent("accept") :
    LET proposal == message.proposal
        doesPromise == Flaw # "acceptDoesNotPromise" /\ proposal.ballot > acceptor[a].promised
        promised == IF doesPromise THEN RecordPromise(Latest(a), proposal.ballot) ELSE Latest(a)
        durable == IF acceptor[a].accepted = proposal THEN promised
                   ELSE RecordAcceptance(promised, proposal)
    IN /\ a \notin down /\ MayAccept(a, proposal.ballot)
       /\ acceptor' = [acceptor EXCEPT
            ![a] = [promised |-> IF doesPromise THEN proposal.ballot ELSE @.promised,
                    accepted |-> proposal]]
       /\ Hold(a, durable, {AcceptedMessage(a, proposal)})
       /\ UNCHANGED <<proposer, learner, down, crashes>>

\* Acceptor.tell: a learner asks, as it may at any time, and the acceptor says what
\* it accepted last.
Tell(a) ==
  /\ a \notin down /\ Learners # {} /\ acceptor[a].accepted # Nothing
  /\ Hold(a, Latest(a), {AcceptedMessage(a, acceptor[a].accepted)})
  /\ UNCHANGED <<memory, down, crashes>>

----------------------------------------------------------------------------
(* The proposer. *)

\* Proposer.stand: phase 1a.  It begins a ballot above all that it used.  That the
\* ballot is used is durable before anybody hears of it.
Stand(p) ==
  LET number == proposer[p].number + 1
      ballot == Ballot(number, p)
      former == IF Flaw = "formerPromisesCounted" /\ proposer[p].state.phase = "preparing"
                THEN proposer[p].state.promises ELSE {}
  IN /\ p \notin down /\ proposer[p].state.phase # "done" /\ ballot <= MaxBallot
     /\ IsPatient => proposer[p].state.phase = "idle"
     /\ proposer' = [proposer EXCEPT
          ![p] = [state |-> Preparing(ballot, former, Nothing), number |-> number]]
     /\ Hold(p, [stood |-> Max(Latest(p).stood, number)], {PrepareMessage(ballot)})
     /\ UNCHANGED <<acceptor, learner, down, crashes>>

IsEnough(voters, quorum) == Cardinality(voters) >= IF Flaw = "minorityAsQuorum" THEN 1 ELSE quorum

\* Proposer.winner: P2c, of two accepted proposals that of the higher ballot counts.
Winner(left, right) ==
  IF left = Nothing THEN right ELSE IF right = Nothing THEN left
  ELSE IF (right.ballot > left.ballot) = (Flaw # "lowestAcceptedTaken") THEN right ELSE left

\* Proposer.issue: phase 2a.  The value that P2c prescribes, any where nothing is
\* prescribed.
Issue(p, ballot, highest) ==
  \E value \in IF highest = Nothing \/ Flaw = "highestAcceptedIgnored" THEN Values
               ELSE {highest.value} :
    /\ proposer' = [proposer EXCEPT ![p].state = Accepting(Proposal(ballot, value), {})]
    /\ Hold(p, Latest(p), {AcceptMessage(Proposal(ballot, value))})

\* Proposer.promise: phase 1b arrives, and phase 2a follows once a quorum has promised.
Promise(p) ==
  /\ p \notin down /\ proposer[p].state.phase = "preparing"
  /\ \E message \in Sent("promise") :
       LET current == proposer[p].state
           promises == current.promises \cup {message.from}
           highest == Winner(current.highest, message.accepted)
       IN /\ message.ballot = current.ballot
          /\ IF IsEnough(promises, PrepareQuorum) THEN Issue(p, current.ballot, highest)
             ELSE /\ proposer' = [proposer EXCEPT
                       ![p].state = Preparing(current.ballot, promises, highest)]
                  /\ UNCHANGED <<disk, outbox, network, votes>>
  /\ UNCHANGED <<acceptor, learner, down, crashes>>

\* Proposer.accepted: phase 2b arrives.  A quorum in this ballot chooses.  Whoever is
\* asked then says so.
Accepted(p) ==
  /\ p \notin down /\ ProposersCount /\ proposer[p].state.phase = "accepting"
  /\ \E message \in Sent("accepted") :
       LET proposal == message.proposal
           voters == proposer[p].state.votes \cup {message.from}
           isChosen == IsEnough(voters, AcceptQuorum)
       IN /\ proposal = proposer[p].state.proposal
          /\ proposer' = [proposer EXCEPT
               ![p].state = IF isChosen THEN Done(proposal.value) ELSE Accepting(proposal, voters)]
          /\ IF isChosen THEN Hold(p, Latest(p), {ChosenMessage(proposal.value)})
             ELSE UNCHANGED <<disk, outbox, network, votes>>
  /\ UNCHANGED <<acceptor, learner, down, crashes>>

----------------------------------------------------------------------------
(* The learner. *)

\* Learner.count: a vote arrives.  Of each acceptor the latest counts, and votes are
\* counted for a ballot, never for a value.
Count(l) ==
  /\ l \notin down /\ learner[l].chosen = Unknown
  /\ \E message \in Sent("accepted") :
       LET vote == message.proposal
           former == learner[l].votes[message.from]
           latest == [learner[l].votes EXCEPT ![message.from] = vote]
           isSame(other) == IF Flaw = "votesCountedAcrossBallots" THEN other.value = vote.value
                            ELSE other = vote
           voters == {a \in Acceptors : isSame(latest[a])}
           isRepeated == Flaw = "repeatedVotesCounted" /\ former = vote
       IN /\ former.ballot < vote.ballot \/ isRepeated
          /\ IF isRepeated \/ IsEnough(voters, AcceptQuorum)
             THEN /\ learner' = [learner EXCEPT ![l] = [NewLearner EXCEPT !.chosen = vote.value]]
                  /\ network' = network \cup {ChosenMessage(vote.value)}
             ELSE learner' = [learner EXCEPT ![l].votes = latest] /\ UNCHANGED network
  /\ UNCHANGED <<acceptor, proposer, disk, outbox, down, crashes, votes>>

\* Learner.learn: somebody who knows has said what is chosen.
Learn(l) ==
  /\ l \notin down /\ learner[l].chosen = Unknown
  /\ \E message \in Sent("chosen") :
       learner' = [learner EXCEPT ![l] = [NewLearner EXCEPT !.chosen = message.value]]
  /\ UNCHANGED <<acceptor, proposer, disk, outbox, down, network, crashes, votes>>

----------------------------------------------------------------------------
(* Crashes, which no handler hears of. *)

\* Memory is gone, and so is what waited to be said.
Crash(x) ==
  /\ x \in Mortal \ down /\ crashes < MaxCrashes
  /\ crashes' = crashes + 1 /\ down' = down \cup {x}
  /\ outbox' = IF x \in Keepers
               THEN [outbox EXCEPT ![x] = [i \in DOMAIN @ |-> [@[i] EXCEPT !.sends = {}]]]
               ELSE outbox
  /\ UNCHANGED <<memory, disk, network, votes>>

\* Of the writes that were under way the disk has got the first ones, however many.
LandLate(k) ==
  /\ k \in down /\ outbox[k] # <<>>
  /\ Land(k, outbox[k][1].durable)
  /\ outbox' = [outbox EXCEPT ![k] = Tail(@)]
  /\ UNCHANGED <<memory, down, network, crashes>>

\* SynodProcess.init: a process begins with what its disk holds.
Restart(x) ==
  /\ x \in down /\ down' = down \ {x}
  /\ outbox' = IF x \in Keepers THEN [outbox EXCEPT ![x] = <<>>] ELSE outbox
  /\ acceptor' = IF x \in Acceptors THEN [acceptor EXCEPT ![x] = disk[x]] ELSE acceptor
  /\ proposer' = IF x \notin Proposers THEN proposer
                 ELSE [proposer EXCEPT ![x] =
                   [state |-> Idle, number |-> IF Flaw = "ballotReused" THEN 0 ELSE disk[x].stood]]
  /\ learner' = IF x \in Learners THEN [learner EXCEPT ![x] = NewLearner] ELSE learner
  /\ UNCHANGED <<disk, network, crashes, votes>>

----------------------------------------------------------------------------

Next ==
  \/ \E a \in Acceptors : Prepare(a) \/ Accept(a) \/ Tell(a)
  \/ \E p \in Proposers : Stand(p) \/ Promise(p) \/ Accepted(p)
  \/ \E l \in Learners : Count(l) \/ Learn(l)
  \/ \E k \in Keepers : Release(k) \/ LandLate(k)
  \/ \E x \in Processes : Crash(x) \/ Restart(x)

Spec == Init /\ [][Next]_vars

\* Acceptors are alike, and so are values.
Symmetry == Permutations(Acceptors) \cup Permutations(Values)

\* Those that live take their steps, and what they say to each other arrives.
Fairness ==
  /\ \A a \in Acceptors \cap Living : WF_vars(Prepare(a)) /\ WF_vars(Accept(a))
  /\ \A p \in Proposers \cap Living : WF_vars(Stand(p)) /\ WF_vars(Promise(p))
  /\ \A l \in Learners \cap Living : WF_vars(Count(l))
  /\ \A k \in Keepers \cap Living : WF_vars(Release(k))
  /\ \A x \in Living : WF_vars(Restart(x))
FairSpec == Spec /\ Fairness

----------------------------------------------------------------------------
(* What is to hold.  Said here is what was sent, whatever disks hold. *)

Issued == {message.proposal : message \in Sent("accept")}
VotersFor(proposal) == {m.from : m \in {message \in Sent("accepted") : message.proposal = proposal}}
ChosenProposals == {proposal \in Issued : Cardinality(VotersFor(proposal)) >= AcceptQuorum}

Learned ==
  {learner[l].chosen : l \in {l \in Learners : learner[l].chosen # Unknown}}
    \cup {proposer[p].state.value : p \in {p \in Proposers : proposer[p].state.phase = "done"}}

ChosenValues == {proposal.value : proposal \in ChosenProposals}

\* No two values are chosen, or taken for chosen.
Agreement == Cardinality(ChosenValues \cup Learned) <= 1

\* Nothing is proposed that nobody wants.
Validity == \A proposal \in Issued : proposal.value \in Values

\* What is taken for chosen is chosen.
LearnedIsChosen == Learned \subseteq ChosenValues

\* P2b: above a chosen proposal only its value is issued.
P2b == \A lower \in ChosenProposals, higher \in Issued :
         higher.ballot > lower.ballot => higher.value = lower.value

\* Nobody uses a ballot twice.
OneValueABallot == \A left, right \in Issued : left.ballot = right.ballot => left = right

\* What is refuted of this shows that it happens at all: a proposal is chosen, and
\* later another one is issued above it, with its value as P2b has it.
NeverTakesOver == \A lower \in ChosenProposals, higher \in Issued : higher.ballot <= lower.ballot

\* In the end everybody that lives knows what is chosen.
Progress == <>(\A l \in Learners \cap Living : learner[l].chosen # Unknown)

\* Synod is a way of voting: what acceptors have on their disks are votes and
\* promises, and each step casts at most one of these.
V == INSTANCE Voting WITH promised <- [a \in Acceptors |-> disk[a].promised]
Votes == V!Spec
============================================================================
