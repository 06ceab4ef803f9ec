using System.Buffers.Binary;
using System.Text;
using ImageMagick;
using Pipeline.Models.Vision;

namespace Pipeline.Tests.Models.Vision;

public sealed class ImageDecoderTests
{
    [Theory]
    [InlineData(MagickFormat.Jpeg, 3)]
    [InlineData(MagickFormat.Png, 0)]
    [InlineData(MagickFormat.Bmp, 0)]
    [InlineData(MagickFormat.Tiff, 0)]
    [InlineData(MagickFormat.Gif, 0)]
    [InlineData(MagickFormat.WebP, 6)]
    public void Every_accepted_format_decodes_to_its_colours(MagickFormat format, int tolerance)
    {
        RgbImage image = ImageDecoder.Decode(RedBesideBlue(format));

        (image.Width, image.Height).ShouldBe((32, 16));
        ShouldBeNear(Pixel(image, 4, 8), [200, 0, 0], tolerance);
        ShouldBeNear(Pixel(image, 28, 8), [0, 0, 200], tolerance);
    }

    [Fact]
    public void Exif_orientation_turns_the_picture_upright()
    {
        using MagickImage image = new(RedBesideBlue(MagickFormat.Png));
        image.Format = MagickFormat.Jpeg;
        image.Quality = 100;
        image.Orientation = OrientationType.RightTop;   // the camera was held upright: turn clockwise to see it
        ExifProfile profile = new();
        profile.SetValue(ExifTag.Orientation, (ushort)6);
        image.SetProfile(profile);

        RgbImage upright = ImageDecoder.Decode(image.ToByteArray());

        (upright.Width, upright.Height).ShouldBe((16, 32));
        ShouldBeNear(Pixel(upright, 8, 4), [200, 0, 0], 4);
        ShouldBeNear(Pixel(upright, 8, 28), [0, 0, 200], 4);
    }

    [Fact]
    public void Transparency_is_laid_on_white()
    {
        using MagickImage image = new(new MagickColor(0, 0, 0, 0), 8, 8);
        image.Format = MagickFormat.Png;

        Pixel(ImageDecoder.Decode(image.ToByteArray()), 3, 3).ShouldBe([255, 255, 255]);
    }

    [Fact]
    public void Gray_and_cmyk_images_become_rgb()
    {
        using MagickImage gray = new(new MagickColor(120, 120, 120), 8, 8) { ColorSpace = ColorSpace.Gray, Format = MagickFormat.Png };
        using MagickImage cmyk = new(new MagickColor(200, 0, 0), 8, 8)
        {
            ColorSpace = ColorSpace.CMYK,
            Format = MagickFormat.Jpeg,
            Quality = 100
        };

        Pixel(ImageDecoder.Decode(gray.ToByteArray()), 2, 2).ShouldBe([120, 120, 120]);
        ShouldBeNear(Pixel(ImageDecoder.Decode(cmyk.ToByteArray()), 2, 2), [200, 0, 0], 8);
    }

    [Fact]
    public void An_animation_shows_its_first_frame_on_its_whole_canvas()
    {
        using MagickImage first = new(MagickColors.Black, 8, 8) { Page = new MagickGeometry(4, 4, 32, 16), Format = MagickFormat.Gif };
        using MagickImage second = new(MagickColors.Lime, 32, 16) { Format = MagickFormat.Gif };
        using MagickImageCollection animation = new() { first, second };

        RgbImage image = ImageDecoder.Decode(animation.ToByteArray(MagickFormat.Gif));

        (image.Width, image.Height).ShouldBe((32, 16));
        Pixel(image, 6, 6).ShouldBe([0, 0, 0]);
        Pixel(image, 20, 12).ShouldBe([255, 255, 255]);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>")]
    [InlineData("<?xml version=\"1.0\"?><image><read filename=\"/etc/hostname\"/></image>")]
    [InlineData("push graphic-context\nimage over 0,0 0,0 'https://localhost/x.png'\npop graphic-context")]
    [InlineData("%PDF-1.4")]
    [InlineData("P3 1 1 255 0 0 0")]
    public void Formats_outside_the_list_are_refused_before_decoding(string content)
    {
        ImageInputException error = Should.Throw<ImageInputException>(() => ImageDecoder.Decode(Encoding.UTF8.GetBytes(content)));

        error.Problem.ShouldBe(ImageProblem.UnsupportedFormat);
        error.Message.ShouldContain("JPG, PNG, BMP, TIFF, GIF or WebP");
    }

    [Fact]
    public void A_damaged_image_is_told_apart_from_a_foreign_file()
    {
        byte[] png = RedBesideBlue(MagickFormat.Png);

        ImageInputException error = Should.Throw<ImageInputException>(() => ImageDecoder.Decode(png.AsSpan(0, 40)));

        error.Problem.ShouldBe(ImageProblem.Undecodable);
        error.Message.ShouldStartWith("the Png image cannot be decoded");
    }

    [Fact]
    public void No_bytes_are_an_error_of_their_own() =>
        Should.Throw<ImageInputException>(() => ImageDecoder.Decode([])).Problem.ShouldBe(ImageProblem.Empty);

    [Fact]
    public void A_file_over_the_byte_limit_is_refused()
    {
        ImageInputException error = Should.Throw<ImageInputException>(() =>
            ImageDecoder.Decode(RedBesideBlue(MagickFormat.Bmp), new ImageLimits { MaxBytes = 100 }));

        error.Problem.ShouldBe(ImageProblem.TooLarge);
        error.Message.ShouldContain("the limit is 100");
    }

    [Fact]
    public void A_small_file_that_declares_a_huge_picture_is_refused_by_its_header()
    {
        byte[] png = RedBesideBlue(MagickFormat.Png);
        // Width and height of the header chunk: 19,000 x 19,000 pixels would be over a gigabyte.
        byte[] side = [0, 0, 0x4A, 0x38];
        side.CopyTo(png, 16);
        side.CopyTo(png, 20);
        uint crc = Crc32(png.AsSpan(12, 17));
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), crc);

        ImageInputException error = Should.Throw<ImageInputException>(() => ImageDecoder.Decode(png));

        error.Problem.ShouldBe(ImageProblem.TooLarge);
        error.Message.ShouldContain("19000 x 19000");
    }

    private static byte[] RedBesideBlue(MagickFormat format)
    {
        using MagickImage image = new(new MagickColor(200, 0, 0), 32, 16);
        using MagickImage blue = new(new MagickColor(0, 0, 200), 16, 16);
        image.Composite(blue, 16, 0, CompositeOperator.Over);
        image.Format = format;
        image.Quality = 100;
        return image.ToByteArray();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }

    private static byte[] Pixel(RgbImage image, int x, int y) => image.Pixels[((y * image.Width + x) * 3)..][..3];

    private static void ShouldBeNear(byte[] actual, byte[] expected, int tolerance)
    {
        for (int i = 0; i < 3; i++)
            Math.Abs(actual[i] - expected[i])
                .ShouldBeLessThanOrEqualTo(tolerance, $"{string.Join(",", actual)} is not {string.Join(",", expected)}");
    }
}
