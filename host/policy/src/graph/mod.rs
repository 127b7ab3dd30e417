//! What a grant gives of Microsoft Graph: questions about groups, and requests from a list.

mod grant;
mod path;

pub use grant::{GraphGrant, GraphRequestGrant, GraphWriteGrant, GraphWriteRequestGrant};
pub use path::GraphPath;
