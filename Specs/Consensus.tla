----------------------------- MODULE Consensus -----------------------------
(* What is to be achieved, and nothing of how: one of the proposed values is
   chosen, once and for ever.

   Everything else in this folder is a way to keep this promise although nobody
   can see `chosen`: it is a fact about what acceptors did, which some learn of
   later and some never.

   Source: Lamport, "Paxos Made Simple", 2001, section 2.1. *)
EXTENDS Integers, FiniteSets

\* What clients want: nothing else may be chosen.
CONSTANT Values

\* What is chosen: nothing yet, or one value.
VARIABLE chosen

Init == chosen = {}

\* A value is chosen while none is.  There is no step that takes it back.
Choose == /\ chosen = {}
          /\ \E value \in Values : chosen' = {value}

Spec == Init /\ [][Choose]_chosen

Agreement == Cardinality(chosen) <= 1
Validity  == chosen \subseteq Values
============================================================================
