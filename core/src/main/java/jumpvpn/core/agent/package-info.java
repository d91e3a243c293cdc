/** The client agent: one session over volatile paths, sans-IO (contract sections 1 to 3). May use all of core but gateway. */
@NullMarked
package jumpvpn.core.agent;

import org.jspecify.annotations.NullMarked;
