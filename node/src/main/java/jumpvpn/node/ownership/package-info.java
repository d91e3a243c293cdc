/** What all session tables outside of the engine share. May use core.ownership and what that stands on, and node.host. */
@NullMarked
package jumpvpn.node.ownership;

import org.jspecify.annotations.NullMarked;
