/**
 * The machine underneath: libc and raw memory by the FFM API, clocks, randomness, polling, links, addresses, routes, forwarding. It decides nothing. It may use {@code
 * jumpvpn.core.net} and the entropy port; the other adapters of this module stand on it, and it uses none of them. Linux, 64-bit, little-endian.
 */
@NullMarked
package jumpvpn.node.host;

import org.jspecify.annotations.NullMarked;
