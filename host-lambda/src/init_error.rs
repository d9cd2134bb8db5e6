//! Tells Lambda why the function cannot start, so that the reason is in the answer of the invocation as well.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lambda_runtime::Diagnostic;

use crate::failure::Failure;

/// The Runtime API is on the same machine.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reports the failure to the Runtime API at `host:port` (`AWS_LAMBDA_RUNTIME_API`). The `lambda_runtime` crate keeps
/// this call to itself, and one small request without a reused connection needs no HTTP client.
pub fn report(api: &str, failure: &Failure) -> std::io::Result<()> {
    let body = serde_json::to_vec(&Diagnostic::from(failure.clone()))?;
    let mut stream = TcpStream::connect(api)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {api}\r\nContent-Type: application/json\r\n\
         Lambda-Runtime-Function-Error-Type: Runtime.ConfigInvalid\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    // Lambda has taken the report once it answers; what it answers makes no difference.
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_runtime_api_gets_the_code_and_the_message() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let api = listener.local_addr().expect("an address").to_string();
        let server = std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a connection");
            let mut reader = BufReader::new(stream);
            let head: Vec<String> =
                reader.by_ref().lines().map(|line| line.expect("text")).take_while(|line| !line.is_empty()).collect();
            let length = head.iter().find_map(|line| line.strip_prefix("Content-Length: ")).expect("a length");
            let mut body = vec![0; length.parse().expect("a number")];
            reader.read_exact(&mut body).expect("a body");
            reader.get_mut().write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").expect("an answer");
            (head[0].clone(), body)
        });
        report(&api, &Failure::new("setting-missing", "`dest_id` is not set", "set it")).expect("reported");
        let (request, body) = server.join().expect("served");
        assert_eq!(request, "POST /2018-06-01/runtime/init/error HTTP/1.1");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["errorType"], "setting-missing");
        assert_eq!(body["errorMessage"], "`dest_id` is not set; set it");
    }
}
