/** Plain values of the network: addresses, prefixes, endpoints. Every package may use them; they use nothing of the project. */
@NullMarked
package jumpvpn.core.net;

import org.jspecify.annotations.NullMarked;
