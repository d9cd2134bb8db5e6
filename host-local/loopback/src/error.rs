//! Why the endpoints could not start.

use std::io;

/// An error of starting the loopback endpoints.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something else listens on the port that was asked for.
    #[error("port {port} for {service} is in use on 127.0.0.1; choose another one, or 0 for any free port")]
    PortInUse {
        /// The endpoint that wanted the port.
        service: &'static str,
        /// The port number.
        port: u16,
    },
    /// The port could not be opened for another reason.
    #[error("could not listen on 127.0.0.1:{port} for {service}: {source}")]
    Listen {
        /// The endpoint that wanted the port.
        service: &'static str,
        /// The port number.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// Two distributions were given the same id.
    #[error("distribution `{id}` is given twice; each id stands for one distribution")]
    DistributionTwice {
        /// The id.
        id: String,
    },
}
