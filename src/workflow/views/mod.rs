//! What is shown to whom: one type per audience. A field that is not here does not leave.

mod admin;
mod complaint;
mod load;

pub use admin::{AdminView, AuthenticityShown, DeliveryView, DispatchAdminView, OtherComplaint, QueueItem, QueuePage};
pub(in crate::workflow) use complaint::filed_view;
pub use complaint::{ComplaintItem, ComplaintView, DispatchSummary, EventView, ListingView, RowLeftOut, complaint_view, event_views};
pub use load::Loaded;
