//! From nothing to a tool that is called: new, build, the loop at each save.
