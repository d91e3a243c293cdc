/** The pure engine of Jumping VPN: it decides everything and touches nothing. May use java.base only. */
package jumpvpn.core;
