/** The session table on this machine's disk, an append log of our own (docs/adr/0025). May use core.ownership and what that stands on, and node.host. */
@NullMarked
package jumpvpn.node.ownership.embedded;

import org.jspecify.annotations.NullMarked;
