//! Tests on a real server, in one program: each more would be linked for itself.

mod common;
mod lifecycle;
mod parent_killed;
mod secured;
mod three_nodes;
