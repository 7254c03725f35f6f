"""The proxy that the environment names for an address."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from lyricscli.errors import UsageError
from lyricscli.quantities import is_loopback, web_address


def proxy_for(address: str) -> str | None:
    """Give the proxy that requests to an address go through, and none for loopback.

    `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` count, in either case; aiohttp's own `trust_env`
    also reads ~/.netrc, and then refuses to send the key beside what it found. Raises UsageError, naming the
    variable, where it holds no HTTP proxy.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    name = next((name for name in (parts.scheme, "all") if proxies.get(name)), None)
    return checked_proxy(f"{name}_proxy", proxies[name]) if name is not None else None


def checked_proxy(variable: str, value: str) -> str:
    """Give the address of an HTTP proxy, its password with it. Raises UsageError naming the variable."""
    address = value if "//" in value else f"http://{value}"
    scheme = urlsplit(address).scheme
    if scheme not in {"http", "https"}:
        raise UsageError(f"{variable} names a {scheme} proxy, which cannot be used.", "Name an HTTP proxy.")
    try:
        web_address(scheme + "://" + address.partition("//")[2].rpartition("@")[2])
    except ValueError as error:
        raise UsageError(
            f"{variable} holds no address of a proxy.", "It is to be like http://proxy.example.com:8080."
        ) from error
    return address
