//! What is shown to whom: one type per audience. A field that is not here does not leave.

mod admin;
mod complaint;
mod deadlines;
mod load;
mod reopened;

pub use admin::{AdminView, AuthenticityShown, DeliveryView, DispatchAdminView, OtherComplaint, QueueItem, QueuePage};
pub use complaint::{
    AwaitedView, ComplaintItem, ComplaintView, DispatchSummary, EventView, ListingNamed, ListingView, MailView, RowLeftOut, complaint_view,
    event_views,
};
pub(in crate::workflow) use complaint::{EXAMINATION_PLACE, filed_outline};
pub use deadlines::{DeadlineView, SegmentView};
pub use load::Loaded;
pub use reopened::ReopenedView;
