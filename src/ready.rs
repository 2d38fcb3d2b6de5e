//! `loggia ready`: asks the server that runs by these settings whether it can do its work, as those do who watch over it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use loggia::config::Config;
use loggia::net;

/// How long the answer may take: those who ask give up themselves after a while, and say less.
const DEADLINE: Duration = Duration::from_secs(5);

/// Where a server on this machine is found that listens there.
pub fn reached_at(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Whether it is; says so, or why not.
pub async fn ready(config: &Config) -> Result<bool, Box<dyn std::error::Error>> {
    let at = reached_at(config.listen);
    let client = net::browsing_client(BTreeMap::new(), None)?;
    let answer = match client.get(format!("http://{at}/ready")).timeout(DEADLINE).send().await {
        Ok(answer) => answer,
        Err(error) => {
            println!("not ready: nothing answers at {at} ({})", net::cause(&error));
            return Ok(false);
        }
    };
    let status = answer.status();
    match status.is_success() {
        true => println!("ready: {at}"),
        false => println!("not ready: {at} answers with {status}"),
    }
    Ok(status.is_success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_asked_here() {
        for (listen, at) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:8080", "192.0.2.7:8080"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
        ] {
            assert_eq!(reached_at(listen.parse().unwrap()), at.parse().unwrap());
        }
    }
}
