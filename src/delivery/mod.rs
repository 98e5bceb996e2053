//! (module delivery)
