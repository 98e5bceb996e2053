//! What every test needs: a database of each kind, the running program, a platform's receiver, notices.

pub mod bad_receiver;
pub mod bucket;
pub mod cast;
pub mod contract;
pub mod database;
pub mod mailbox;
pub mod notices;
pub mod ocr;
pub mod platform;
pub mod proxy;
pub mod service;

pub use cast::Cast;
pub use database::Engine;
pub use service::Service;

/// One test for each database, from one text.
macro_rules! on_both_databases {
    ($($(#[$doc:meta])* async fn $name:ident($engine:ident: Engine) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn tested($engine: Engine) $body

            #[test]
            fn on_sqlite() {
                crate::support::run(tested(Engine::Sqlite));
            }

            #[test]
            fn on_postgres() {
                if crate::support::database::postgres_is_here() {
                    crate::support::run(tested(Engine::Postgres));
                }
            }
        }
    )*};
}
pub(crate) use on_both_databases;

/// Runs a test to its end.
pub fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

/// A path of a fixture.
pub fn fixture(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}
