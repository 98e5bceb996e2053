//! (module intake)
