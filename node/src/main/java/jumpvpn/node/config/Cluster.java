package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway shares with others, {@code [cluster]} and {@code [[member]]} of a gateway's file.
 *
 * @param secret from which all of them derive the keys of tickets and records; null: the private key, which is then the same everywhere
 * @param inside the interface to the network behind, where this gateway answers for its clients' addresses; null: none
 * @param onOwn the program that is told which inner addresses have become this gateway's; null: none
 * @param onRelease the program that is told which are not any more; null: none
 * @param members the configured set, this gateway included, in the file's order; empty: nobody is known by configuration
 */
public record Cluster(
        @Nullable NodeKey secret,
        @Nullable String inside,
        @Nullable Path onOwn,
        @Nullable Path onRelease,
        List<Member> members) {
    /** The highest number of a member: it is one byte. */
    static final int MOST_NUMBER = 255;

    /**
     * A gateway of the set.
     *
     * @param number 1 to 255, unique
     * @param endpoints where clients reach it; literal addresses
     * @param inside its address on the network behind; null: none
     * @param gone it has left for good
     * @param line of the section
     */
    public record Member(
            String name,
            int number,
            List<Endpoint> endpoints,
            @Nullable IpAddress inside,
            boolean gone,
            int line) {}

    /** The member of this name. */
    public Optional<Member> member(String name) {
        return members.stream().filter(member -> member.name().equals(name)).findFirst();
    }
}
