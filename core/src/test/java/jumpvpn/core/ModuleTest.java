package jumpvpn.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

/** module-info.java says the truth about the core: it needs nothing, and all of it may be used. */
class ModuleTest {
    @Test
    void needsNothingButJavaBaseWhenItRuns() throws URISyntaxException {
        assertThat(descriptor().requires().stream()
                        .filter(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name))
                .containsExactly("java.base");
    }

    @Test
    void exportsEveryPackageThatHasClasses() throws IOException, URISyntaxException {
        assertThat(descriptor().exports().stream().map(ModuleDescriptor.Exports::source))
                .as("packages exported by core/src/main/java/module-info.java")
                .containsExactlyInAnyOrderElementsOf(packagesWithClasses());
    }

    private static List<String> packagesWithClasses() throws IOException, URISyntaxException {
        Path classes = classes();
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !file.toString().endsWith("-info.class"))
                    .map(file -> classes.relativize(file).getParent().toString().replace('/', '.'))
                    .distinct()
                    .toList();
        }
    }

    private static ModuleDescriptor descriptor() throws URISyntaxException {
        return ModuleFinder.of(classes()).find("jumpvpn.core").orElseThrow().descriptor();
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(IpAddress.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
