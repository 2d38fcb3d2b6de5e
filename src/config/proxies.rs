//! The operator's reverse proxies: whose word for a client's address is taken.

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses and networks, as `server.trusted_proxies` names them.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads `127.0.0.1`, `2001:db8::/32`.
    ///
    /// # Errors
    /// What is neither, and a network that is everything: anybody could say then where they come from.
    pub fn check<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<TrustedProxies, String> {
        let network =
            |text: &str| match text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
                Ok(all) if all.prefix_len() == 0 => {
                    Err(format!("{text:?} is everybody: name your proxies' network"))
                }
                Ok(network) => Ok(network),
                Err(_) => Err(format!("{text:?} is no IP address, and no network such as \"10.0.0.0/8\"")),
            };
        Ok(TrustedProxies(texts.into_iter().map(network).collect::<Result<_, _>>()?))
    }

    /// An IPv4 address counts as itself also where a socket for both kinds shows it as one of IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_told_from_others() {
        let proxies = TrustedProxies::check(["127.0.0.1", "172.16.0.0/12", "2001:db8::/32"]).unwrap();
        for own in ["127.0.0.1", "::ffff:127.0.0.1", "172.29.0.2", "::ffff:172.16.0.1", "2001:db8::7"] {
            assert!(proxies.contains(own.parse().unwrap()), "{own}");
        }
        for other in ["127.0.0.2", "172.32.0.1", "2001:db9::7", "::1"] {
            assert!(!proxies.contains(other.parse().unwrap()), "{other}");
        }
        assert!(!TrustedProxies::default().contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_neither_is_refused_and_so_is_everybody() {
        for wrong in ["", "proxy", "10.0.0.0/33", "10.0.0.1:80", "0.0.0.0/0", "::/0", "10.0.0.0/8 "] {
            assert!(TrustedProxies::check([wrong]).is_err(), "{wrong}");
        }
    }
}
