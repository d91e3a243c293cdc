/** The server gateway: admits clients, owns sessions, checks reattach requests through gates A to F, sans-IO (contract sections 1, 2 and 4). May use all of core but agent. */
@NullMarked
package jumpvpn.core.gateway;

import org.jspecify.annotations.NullMarked;
