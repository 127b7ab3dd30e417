//! What waits for the operator, what is refused, what comes back.
