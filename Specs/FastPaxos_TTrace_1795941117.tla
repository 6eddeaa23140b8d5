---- MODULE FastPaxos_TTrace_1795941117 ----
EXTENDS Sequences, TLCExt, FastPaxos_TEConstants, FastPaxos, Toolbox, Naturals, TLC

_expression ==
    LET FastPaxos_TEExpression == INSTANCE FastPaxos_TEExpression
    IN FastPaxos_TEExpression!expression
----

_trace ==
    LET FastPaxos_TETrace == INSTANCE FastPaxos_TETrace
    IN FastPaxos_TETrace!trace
----

_inv ==
    ~(
        TLCGet("level") = Len(_TETrace)
        /\
        acceptor = ((a1 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a2 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a3 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a4 :> [accepted |-> [ballot |-> 1, value |-> v2], promised |-> 1]))
        /\
        learner = (<<>>)
        /\
        network = ({[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accept", proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a4, proposal |-> [ballot |-> 1, value |-> v2]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]})
    )
----

_init ==
    /\ acceptor = _TETrace[1].acceptor
    /\ network = _TETrace[1].network
    /\ learner = _TETrace[1].learner
----

_next ==
    /\ \E i,j \in DOMAIN _TETrace:
        /\ \/ /\ j = i + 1
              /\ i = TLCGet("level")
        /\ acceptor  = _TETrace[i].acceptor
        /\ acceptor' = _TETrace[j].acceptor
        /\ network  = _TETrace[i].network
        /\ network' = _TETrace[j].network
        /\ learner  = _TETrace[i].learner
        /\ learner' = _TETrace[j].learner

\* Uncomment the ASSUME below to write the states of the error trace
\* to the given file in Json format. Note that you can pass any tuple
\* to `JsonSerialize`. For example, a sub-sequence of _TETrace.
    \* ASSUME
    \*     LET J == INSTANCE Json
    \*         IN J!JsonSerialize("FastPaxos_TTrace_1795941117.json", _TETrace)

=============================================================================

 Note that you can extract this module `FastPaxos_TEExpression`
  to a dedicated file to reuse `expression` (the module in the 
  dedicated `FastPaxos_TEExpression.tla` file takes precedence 
  over the module `FastPaxos_TEExpression` below).

---- MODULE FastPaxos_TEExpression ----
EXTENDS Sequences, TLCExt, FastPaxos_TEConstants, FastPaxos, Toolbox, Naturals, TLC

expression == 
    [
        \* To hide variables of the `FastPaxos` spec from the error trace,
        \* remove the variables below.  The trace will be written in the order
        \* of the fields of this record.
        acceptor |-> acceptor
        ,network |-> network
        ,learner |-> learner
        
        \* Put additional constant-, state-, and action-level expressions here:
        \* ,_stateNumber |-> _TEPosition
        \* ,_acceptorUnchanged |-> acceptor = acceptor'
        
        \* Format the `acceptor` variable as Json value.
        \* ,_acceptorJson |->
        \*     LET J == INSTANCE Json
        \*     IN J!ToJson(acceptor)
        
        \* Lastly, you may build expressions over arbitrary sets of states by
        \* leveraging the _TETrace operator.  For example, this is how to
        \* count the number of times a spec variable changed up to the current
        \* state in the trace.
        \* ,_acceptorModCount |->
        \*     LET F[s \in DOMAIN _TETrace] ==
        \*         IF s = 1 THEN 0
        \*         ELSE IF _TETrace[s].acceptor # _TETrace[s-1].acceptor
        \*             THEN 1 + F[s-1] ELSE F[s-1]
        \*     IN F[_TEPosition - 1]
    ]

=============================================================================



Parsing and semantic processing can take forever if the trace below is long.
 In this case, it is advised to uncomment the module below to deserialize the
 trace from a generated binary file.

\*
\*---- MODULE FastPaxos_TETrace ----
\*EXTENDS IOUtils, FastPaxos_TEConstants, FastPaxos, TLC
\*
\*trace == IODeserialize("FastPaxos_TTrace_1795941117.bin", TRUE)
\*
\*=============================================================================
\*

---- MODULE FastPaxos_TETrace ----
EXTENDS FastPaxos_TEConstants, FastPaxos, TLC

trace == 
    <<
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a2 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a2 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 0, value |-> "nothing"], promised |-> 0]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 1, value |-> v1]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 1, value |-> v2], promised |-> 1]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a4, proposal |-> [ballot |-> 1, value |-> v2]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a2 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 1, value |-> v2], promised |-> 1]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accept", proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a4, proposal |-> [ballot |-> 1, value |-> v2]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a2 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a3 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 1, value |-> v2], promised |-> 1]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accept", proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a4, proposal |-> [ballot |-> 1, value |-> v2]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a2 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a3 :> [accepted |-> [ballot |-> 1, value |-> v1], promised |-> 1] @@ a4 :> [accepted |-> [ballot |-> 1, value |-> v2], promised |-> 1]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accept", proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a4, proposal |-> [ballot |-> 1, value |-> v2]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}]),
    ([acceptor |-> (a1 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a2 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a3 :> [accepted |-> [ballot |-> 2, value |-> v2], promised |-> 2] @@ a4 :> [accepted |-> [ballot |-> 1, value |-> v2], promised |-> 1]),learner |-> <<>>,network |-> {[ballot |-> 1, type |-> "prepare"], [type |-> "accept", proposal |-> [ballot |-> 1, value |-> "open"]], [type |-> "accept", proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a1, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a2, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 1, value |-> v1]], [type |-> "accepted", from |-> a3, proposal |-> [ballot |-> 2, value |-> v2]], [type |-> "accepted", from |-> a4, proposal |-> [ballot |-> 1, value |-> v2]], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a1], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a2], [ballot |-> 1, type |-> "promise", accepted |-> [ballot |-> 0, value |-> "nothing"], from |-> a3]}])
    >>
----


=============================================================================

---- MODULE FastPaxos_TEConstants ----
EXTENDS FastPaxos

CONSTANTS a1, a2, a3, a4, v1, v2

=============================================================================

---- CONFIG FastPaxos_TTrace_1795941117 ----
CONSTANTS
    Acceptors = { a1 , a2 , a3 , a4 }
    Learners = { }
    Values = { v1 , v2 }
    ProposerCount = 2
    MaxBallot = 2
    FastBallots = { 1 }
    PrepareQuorum = 3
    AcceptQuorum = 3
    FastQuorum = 3
    Living = { }
    Flaw = "anyReportedTaken"
    a3 = a3
    v2 = v2
    a2 = a2
    a4 = a4
    a1 = a1
    v1 = v1

INVARIANT
    _inv

CHECK_DEADLOCK
    \* CHECK_DEADLOCK off because of PROPERTY or INVARIANT above.
    FALSE

INIT
    _init

NEXT
    _next

CONSTANT
    _TETrace <- _trace

ALIAS
    _expression
=============================================================================
\* Generated on Sun Nov 29 08:31:59 UTC 2026