"""What is wrong with a file, said with its remedy."""

TOO_MUCH = "nén quá nhiều nội dung. Giảm cỡ ảnh trong tệp, lưu lại rồi tải lên."
TWISTED = "cấu trúc nén không hợp lệ. Lưu lại tệp rồi tải lên."
REACHES_OUT = "tự lấy mẫu, ảnh hoặc số liệu từ máy khác. Lưu lại bằng bản PDF thường rồi tải lên."


class WrongFileError(Exception):
    """Carries the sentence that says what is wrong with the file."""
