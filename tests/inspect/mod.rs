//! What a component can at most do, as a manager reads it.
