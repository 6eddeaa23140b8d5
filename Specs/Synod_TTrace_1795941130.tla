---- MODULE Synod_TTrace_1795941130 ----
EXTENDS Sequences, Synod_TEConstants, TLCExt, Toolbox, Synod, Naturals, TLC

_expression ==
    LET Synod_TEExpression == INSTANCE Synod_TEExpression
    IN Synod_TEExpression!expression
----

_trace ==
    LET Synod_TETrace == INSTANCE Synod_TETrace
    IN Synod_TETrace!trace
----

_inv ==
    ~(
        TLCGet("level") = Len(_TETrace)
        /\
        disk = ((a1 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]))
        /\
        acceptor = ((a1 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]]))
        /\
        proposer = (<<[number |-> 2, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 3, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>)
        /\
        learner = (<<>>)
        /\
        votes = ((a1 :> {[ballot |-> 1, value |-> v1], [ballot |-> 3, value |-> v1]} @@ a2 :> {[ballot |-> 2, value |-> v2], [ballot |-> 3, value |-> v1]} @@ a3 :> {[ballot |-> 2, value |-> v2]}))
        /\
        crashes = (0)
        /\
        outbox = ((a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>))
        /\
        down = ({})
        /\
        network = ({[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a2], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a3], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accepted", from |-> a2], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1], [ballot |-> 3, accepted |-> [ballot |-> 2, value |-> v2], type |-> "promise", from |-> a2]})
    )
----

_init ==
    /\ acceptor = _TETrace[1].acceptor
    /\ network = _TETrace[1].network
    /\ disk = _TETrace[1].disk
    /\ outbox = _TETrace[1].outbox
    /\ learner = _TETrace[1].learner
    /\ crashes = _TETrace[1].crashes
    /\ votes = _TETrace[1].votes
    /\ down = _TETrace[1].down
    /\ proposer = _TETrace[1].proposer
----

_next ==
    /\ \E i,j \in DOMAIN _TETrace:
        /\ \/ /\ j = i + 1
              /\ i = TLCGet("level")
        /\ acceptor  = _TETrace[i].acceptor
        /\ acceptor' = _TETrace[j].acceptor
        /\ network  = _TETrace[i].network
        /\ network' = _TETrace[j].network
        /\ disk  = _TETrace[i].disk
        /\ disk' = _TETrace[j].disk
        /\ outbox  = _TETrace[i].outbox
        /\ outbox' = _TETrace[j].outbox
        /\ learner  = _TETrace[i].learner
        /\ learner' = _TETrace[j].learner
        /\ crashes  = _TETrace[i].crashes
        /\ crashes' = _TETrace[j].crashes
        /\ votes  = _TETrace[i].votes
        /\ votes' = _TETrace[j].votes
        /\ down  = _TETrace[i].down
        /\ down' = _TETrace[j].down
        /\ proposer  = _TETrace[i].proposer
        /\ proposer' = _TETrace[j].proposer

\* Uncomment the ASSUME below to write the states of the error trace
\* to the given file in Json format. Note that you can pass any tuple
\* to `JsonSerialize`. For example, a sub-sequence of _TETrace.
    \* ASSUME
    \*     LET J == INSTANCE Json
    \*         IN J!JsonSerialize("Synod_TTrace_1795941130.json", _TETrace)

=============================================================================

 Note that you can extract this module `Synod_TEExpression`
  to a dedicated file to reuse `expression` (the module in the 
  dedicated `Synod_TEExpression.tla` file takes precedence 
  over the module `Synod_TEExpression` below).

---- MODULE Synod_TEExpression ----
EXTENDS Sequences, Synod_TEConstants, TLCExt, Toolbox, Synod, Naturals, TLC

expression == 
    [
        \* To hide variables of the `Synod` spec from the error trace,
        \* remove the variables below.  The trace will be written in the order
        \* of the fields of this record.
        acceptor |-> acceptor
        ,network |-> network
        ,disk |-> disk
        ,outbox |-> outbox
        ,learner |-> learner
        ,crashes |-> crashes
        ,votes |-> votes
        ,down |-> down
        ,proposer |-> proposer
        
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
\*---- MODULE Synod_TETrace ----
\*EXTENDS IOUtils, Synod_TEConstants, Synod, TLC
\*
\*trace == IODeserialize("Synod_TTrace_1795941130.bin", TRUE)
\*
\*=============================================================================
\*

---- MODULE Synod_TETrace ----
EXTENDS Synod_TEConstants, Synod, TLC

trace == 
    <<
    ([disk |-> (a1 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 0] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 0, state |-> [phase |-> "idle"]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {}]),
    ([disk |-> (a1 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 1] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 1, state |-> [ballot |-> 1, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"]}]),
    ([disk |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 1] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 1, state |-> [ballot |-> 1, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 1] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 1, state |-> [ballot |-> 1, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 1] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 1, state |-> [ballot |-> 1, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 0, value |-> "nothing"]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 1] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 1, value |-> v1]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 1] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 1, value |-> v1]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 1, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 0]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 0, state |-> [phase |-> "idle"]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [ballot |-> 2, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 0, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [ballot |-> 2, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [ballot |-> 2, phase |-> "preparing", promises |-> {}, highest |-> [ballot |-> 0, value |-> "nothing"]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [ballot |-> 2, phase |-> "preparing", promises |-> {a2}, highest |-> [ballot |-> 0, value |-> "nothing"]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {[ballot |-> 2, value |-> v2]} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a2], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {[ballot |-> 2, value |-> v2]} @@ a3 :> {}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a2], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1], [ballot |-> 3, accepted |-> [ballot |-> 2, value |-> v2], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]]),proposer |-> <<[number |-> 2, state |-> [ballot |-> 3, phase |-> "preparing", promises |-> {a1}, highest |-> [ballot |-> 1, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {[ballot |-> 2, value |-> v2]} @@ a3 :> {[ballot |-> 2, value |-> v2]}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a2], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a3], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1], [ballot |-> 3, accepted |-> [ballot |-> 2, value |-> v2], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 1, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]]),proposer |-> <<[number |-> 2, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 3, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1]} @@ a2 :> {[ballot |-> 2, value |-> v2]} @@ a3 :> {[ballot |-> 2, value |-> v2]}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a2], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a3], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1], [ballot |-> 3, accepted |-> [ballot |-> 2, value |-> v2], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 2, value |-> v2]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]]),proposer |-> <<[number |-> 2, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 3, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1], [ballot |-> 3, value |-> v1]} @@ a2 :> {[ballot |-> 2, value |-> v2]} @@ a3 :> {[ballot |-> 2, value |-> v2]}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a2], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a3], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accepted", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1], [ballot |-> 3, accepted |-> [ballot |-> 2, value |-> v2], type |-> "promise", from |-> a2]}]),
    ([disk |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]] @@ 1 :> [stood |-> 2] @@ 2 :> [stood |-> 1]),acceptor |-> (a1 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a2 :> [promised |-> 3, accepted |-> [ballot |-> 3, value |-> v1]] @@ a3 :> [promised |-> 2, accepted |-> [ballot |-> 2, value |-> v2]]),proposer |-> <<[number |-> 2, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 3, value |-> v1]]], [number |-> 1, state |-> [votes |-> {}, phase |-> "accepting", proposal |-> [ballot |-> 2, value |-> v2]]]>>,learner |-> <<>>,votes |-> (a1 :> {[ballot |-> 1, value |-> v1], [ballot |-> 3, value |-> v1]} @@ a2 :> {[ballot |-> 2, value |-> v2], [ballot |-> 3, value |-> v1]} @@ a3 :> {[ballot |-> 2, value |-> v2]}),crashes |-> 0,outbox |-> (a1 :> <<>> @@ a2 :> <<>> @@ a3 :> <<>> @@ 1 :> <<>> @@ 2 :> <<>>),down |-> {},network |-> {[ballot |-> 1, type |-> "prepare"], [ballot |-> 2, type |-> "prepare"], [ballot |-> 3, type |-> "prepare"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accept"], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accept"], [proposal |-> [ballot |-> 1, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a2], [proposal |-> [ballot |-> 2, value |-> v2], type |-> "accepted", from |-> a3], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accepted", from |-> a1], [proposal |-> [ballot |-> 3, value |-> v1], type |-> "accepted", from |-> a2], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a1], [ballot |-> 1, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a2], [ballot |-> 2, accepted |-> [ballot |-> 0, value |-> "nothing"], type |-> "promise", from |-> a3], [ballot |-> 3, accepted |-> [ballot |-> 1, value |-> v1], type |-> "promise", from |-> a1], [ballot |-> 3, accepted |-> [ballot |-> 2, value |-> v2], type |-> "promise", from |-> a2]}])
    >>
----


=============================================================================

---- MODULE Synod_TEConstants ----
EXTENDS Synod

CONSTANTS a1, a2, a3, v1, v2

=============================================================================

---- CONFIG Synod_TTrace_1795941130 ----
CONSTANTS
    Acceptors = { a1 , a2 , a3 }
    Learners = { }
    Values = { v1 , v2 }
    ProposerCount = 2
    MaxBallot = 3
    PrepareQuorum = 2
    AcceptQuorum = 2
    Mortal = { }
    MaxCrashes = 0
    WritesTakeTime = FALSE
    ProposersCount = FALSE
    IsPatient = FALSE
    Living = { }
    Flaw = "lowestAcceptedTaken"
    a1 = a1
    v2 = v2
    a2 = a2
    a3 = a3
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
\* Generated on Sun Nov 29 08:32:26 UTC 2026