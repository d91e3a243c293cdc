/** The running node: loops, clocks, entropy and what may be asked of it from outside. */
@NullMarked
package jumpvpn.node.runtime;

import org.jspecify.annotations.NullMarked;
